//! What a look after the database reads: the objects of its schema, whether its pages belong together, its files, and what the server says
//! of itself. SQL that is put together here is made of names of the schema.

pub mod files;
pub mod integrity;
pub mod objects;
pub mod rights;
pub mod server;
pub mod statuses;
