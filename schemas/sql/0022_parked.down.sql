DROP TABLE daybook.parked;
