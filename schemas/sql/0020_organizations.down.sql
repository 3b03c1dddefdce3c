DROP TABLE daybook.organizations;
