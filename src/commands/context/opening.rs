//! Opening the database that the settings name.

use std::sync::Arc;
use std::time::Instant;

use super::{Context, millis};
use crate::db::{Database, DbError, Location, OpenOptions, SchemaUse, ServerOptions};
use crate::error::{CommandError, Explain, Result};
use crate::ops::dnc::spellings;
use crate::settings::DatabaseUrl;

impl Context {
    /// Opens the database, ready for use.
    ///
    /// # Errors
    /// It cannot be opened, or is not migrated.
    pub fn open(&self) -> Result<Database> {
        self.open_with(SchemaUse::Current)
    }

    /// Opens the database for one who only looks: none is made.
    ///
    /// # Errors
    /// There is none, or it cannot be opened, or is not migrated.
    pub fn open_existing(&self) -> Result<Database> {
        self.open_with(SchemaUse::Existing)
    }

    /// Opens the database for one who only looks, where there is one.
    ///
    /// # Errors
    /// It is there, and cannot be opened or is not migrated.
    pub fn open_if_any(&self) -> Result<Option<Database>> {
        match Database::open(self.location()?, self.options(SchemaUse::Existing)) {
            Err(DbError::NoDatabase(_)) => Ok(None),
            opened => Ok(Some(opened?)),
        }
    }

    /// Opens the database and leaves its schema as it is.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open_for_migrations(&self) -> Result<Database> {
        self.catch_interrupts();
        self.open_with(SchemaUse::AsItIs)
    }

    /// Opens the database to migrate it, also a file of another program.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open_to_adopt(&self) -> Result<Database> {
        self.open_with(SchemaUse::Adopt)
    }

    fn server_options(&self) -> ServerOptions {
        let server = &self.settings.server;
        ServerOptions {
            application_name: server.application_name.value.clone(),
            call: self.call.clone(),
            statement_timeout: server.statement_timeout.value.duration(),
            lock_timeout: server.lock_timeout.value.duration(),
            keepalive: server.keepalive.value.duration(),
        }
    }

    /// Where the database is.
    ///
    /// # Errors
    /// Its address names none, and is not repeated.
    pub fn location(&self) -> Result<Location> {
        let url = &self.settings.database_url;
        location_of(&url.value, &url.origin)
    }

    /// Where a replica is from which reports are read, if one is set.
    ///
    /// # Errors
    /// Its address names none, and is not repeated.
    pub fn read_location(&self) -> Result<Option<Location>> {
        let url = &self.settings.server.read_url;
        url.value.as_ref().map(|address| location_of(address, &url.origin)).transpose()
    }

    /// How each database of the call is opened.
    pub(super) fn options(&self, schema: SchemaUse) -> OpenOptions {
        let ui = self.ui;
        OpenOptions {
            after_migrating: spellings::after_migrating,
            allow_bypass: self.allow_bypass,
            schema,
            notify: Arc::new(move |text| ui.note(text)),
            committed: Arc::new(move || ui.set_committed()),
            commit: self.commit.clone(),
            interrupted: self.interrupted.clone(),
            server: self.server_options(),
        }
    }

    /// Opens a database other than the one that the call is for, or one that is not yet that: what is committed there is not what the
    /// call is for, and a role may bypass row-level security, for all organizations are meant.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open_at(&self, location: Location, schema: SchemaUse) -> Result<Database, DbError> {
        let options = OpenOptions { allow_bypass: true, committed: Arc::new(|| {}), ..self.options(schema) };
        Database::open(location, options)
    }

    /// Opens a database other than the one that the call is for, which is there and up to date.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open_other(&self, location: Location) -> Result<Database> {
        Ok(self.open_at(location, SchemaUse::Existing)?)
    }

    /// Opens the database with such a schema.
    ///
    /// # Errors
    /// It cannot be opened so.
    pub fn open_with(&self, schema: SchemaUse) -> Result<Database> {
        self.open_named(self.location()?, schema)
    }

    /// Opens a database that the call names, which may be another one than that of the settings.
    ///
    /// # Errors
    /// It cannot be opened, or has not the schema that is asked for.
    pub fn open_named(&self, location: Location, schema: SchemaUse) -> Result<Database> {
        Ok(self.opened(location, schema)?)
    }

    /// The same with its error, of which more can be said than that the call failed.
    ///
    /// # Errors
    /// It cannot be opened, or has not the schema that is asked for.
    pub fn opened(&self, location: Location, schema: SchemaUse) -> Result<Database, DbError> {
        let started = Instant::now();
        let mut db = Database::open(location, self.options(schema))?;
        self.ui.detail(&format!("database opened in {}", millis(started.elapsed())));
        if db.was_created() {
            db.say_when_placed(format!("created the database {}", db.location()));
        }
        Ok(db)
    }
}

fn location_of(url: &DatabaseUrl, origin: &str) -> Result<Location> {
    Location::parse(url.text()).map_err(|problem| {
        let error = problem.explain();
        CommandError { message: format!("{} ({origin})", error.message), ..error }
    })
}
