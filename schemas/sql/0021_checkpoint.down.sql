DROP TABLE daybook.checkpoint;
