DROP INDEX dnc_list_removed;
