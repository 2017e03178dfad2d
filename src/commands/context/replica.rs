//! Reports from a replica: it is asked for nothing that promises that a number is not listed, for it may not know yet.

use super::{Context, Session};
use crate::db::{Database, Lag, Location, ReplicaError, SchemaUse};
use crate::error::{Explain, Result};
use crate::filter::Filter;
use crate::filter::field::{Field, Subject};
use crate::settings::Limit;

impl Session {
    /// Goes on with the replica, where one is set and may be read, and says how far it lags behind; else with the primary.
    ///
    /// The verb reads figures of what these filters choose, and says of nobody that they may be contacted. A filter that asks the do-not-call list is answered by the primary.
    ///
    /// # Errors
    /// What is set is no replica of the database.
    pub fn read_from_replica<'a>(
        &mut self,
        filters: impl IntoIterator<Item = &'a Filter>,
        context: &Context,
    ) -> Result<()> {
        let url = &context.settings.server.read_url;
        let Some(location) = context.read_location()? else { return Ok(()) };
        if self.db.is_sqlite() || matches!(location, Location::Sqlite(_)) {
            // A replica of the config file is not of whatever database a call names.
            return if url.is_from_flag() || !self.db.is_sqlite() {
                Err(ReplicaError::Embedded.into())
            } else {
                Ok(())
            };
        }
        let asks_list = |filter: &Filter| {
            filter.conditions().iter().any(|condition| condition.subject == Subject::Field(Field::ON_DNC))
        };
        if filters.into_iter().any(asks_list) {
            context.ui.note("read from the primary: a replica may not know yet who is on the do-not-call list");
            return Ok(());
        }
        match self.ask(location, context) {
            Ok((replica, lag)) => self.choose(replica, lag, context),
            // It may be down, or not have the tables of an upgrade yet. The primary has what is asked for.
            Err(ReplicaError::Db(problem)) => {
                let problem = problem.explain().message;
                context.ui.warn(&format!("the replica cannot be read, so the primary is: {problem}"));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn ask(&mut self, location: Location, context: &Context) -> Result<(Database, Lag), ReplicaError> {
        let mut replica = Database::open(location, context.options(SchemaUse::AsItIs))?;
        let lag = replica.lag_behind(&mut self.db)?;
        replica.check_schema()?;
        Ok((replica, lag))
    }

    fn choose(&mut self, replica: Database, lag: Lag, context: &Context) {
        let most = context.settings.server.read_max_lag.value;
        let told = match lag {
            Lag::Level => "level with the primary".to_owned(),
            Lag::Behind(lag) => format!("{} behind the primary", told(lag)),
            Lag::Unknown => "behind the primary, and it is not known how long".to_owned(),
        };
        let may_be_read = match (lag, most.duration()) {
            (Lag::Level, _) | (_, None) => true,
            (Lag::Behind(lag), Some(most)) => lag <= most,
            (Lag::Unknown, Some(_)) => false,
        };
        if may_be_read {
            context.ui.note(&format!("read from the replica {}, {told}", replica.location()));
            self.db = replica;
        } else {
            context.ui.warn(&format!("read from the primary: the replica is {told}, and `read_max_lag` is {most}"));
        }
    }
}

fn told(lag: std::time::Duration) -> String {
    match lag.as_secs() {
        0 => format!("{} ms", lag.as_millis()),
        1..60 => format!("{:.1} s", lag.as_secs_f64()),
        // Of a longer one the seconds do not matter.
        seconds => Limit::seconds(seconds).to_string(),
    }
}
