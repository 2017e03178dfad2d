DROP TABLE dnc_list;
