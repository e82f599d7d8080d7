DROP TABLE held_orders;
