DROP TABLE daybook.reader;
