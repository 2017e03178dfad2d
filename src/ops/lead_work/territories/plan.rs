//! Which leads move when each is put where the territories' filters say: the plan, and making it.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::moves::{self, Move};
use super::{TerritoryError, territories};
use crate::db::models::lead_work::territories::Territory;
use crate::db::{Db, DbError, MOST_VALUES, OrgId, Stamp, Statement};

/// What is to be put where.
#[derive(Debug, Clone)]
pub struct Placement {
    /// The territories of which the rule was made.
    pub territories: Vec<Territory>,
    /// The territory that takes a lead: an expression about a row of `leads`.
    pub taken_by: Statement,
    /// Only moves into this territory and out of it.
    pub only: Option<i64>,
}

/// What moves together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub count: i64,
    /// The first of the leads.
    pub examples: Vec<i64>,
}

/// Which leads move. Every live lead is counted once: moved, unchanged, or put where it is by a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    pub moves: Vec<Moved>,
    /// How many live leads there are.
    pub leads: i64,
    /// Those of them that a person has put where they are.
    pub manual: i64,
    /// Tells plans of other leads apart.
    digest: u64,
}

impl Plan {
    pub fn moved(&self) -> i64 {
        self.moves.iter().map(|moved| moved.count).sum()
    }

    pub fn unchanged(&self) -> i64 {
        self.leads - self.manual - self.moved()
    }
}

/// How many leads a plan names of those that move together.
const EXAMPLES: usize = 3;

impl Placement {
    /// Which leads would move now.
    ///
    /// # Errors
    /// The filters hold too many values, or the database cannot be read.
    pub fn plan(&self, conn: &mut Db, org: OrgId) -> Result<Plan, TerritoryError> {
        self.expect_few_values()?;
        let mut gathering = Gathering::default();
        self.now(org).sql(" ORDER BY p.lead_id").each_row(conn, |row| -> Result<(), DbError> {
            Move::of(&row).into_iter().for_each(|moved| gathering.take(moved));
            Ok(())
        })?;
        self.planned(conn, org, gathering)
    }

    /// Moves leads as the rule says, and tells which. Where a plan was seen, others do not move.
    ///
    /// # Errors
    /// The territories are others by now, other leads would move than those seen, or the database refuses.
    pub fn make(&self, conn: &mut Db, seen: Option<&Plan>, stamp: &Stamp) -> Result<Plan, TerritoryError> {
        self.expect_few_values()?;
        if territories::all(conn, stamp.org)? != self.territories {
            return Err(TerritoryError::OtherPlan);
        }
        moves::gather(conn, self.held(stamp.org))?;
        let mut gathering = Gathering::default();
        moves::each(conn, |moved| {
            gathering.take(moved);
            Ok::<(), DbError>(())
        })?;
        let plan = self.planned(conn, stamp.org, gathering)?;
        if seen.is_some_and(|seen| (seen.digest, &seen.moves) != (plan.digest, &plan.moves)) {
            return Err(TerritoryError::OtherPlan);
        }
        moves::make(conn, stamp)?;
        Ok(plan)
    }

    fn expect_few_values(&self) -> Result<(), TerritoryError> {
        match self.taken_by.bound() {
            many if many > MOST_VALUES => Err(TerritoryError::TooManyValues(many)),
            _ => Ok(()),
        }
    }

    /// The moves as they are now. The rule is reckoned once for each lead: SQLite would do so for each mention.
    fn now(&self, org: OrgId) -> Statement {
        let moves = Statement::new(
            "WITH placed (lead_id, from_id, from_source, to_id) AS MATERIALIZED
             (SELECT leads.id, leads.territory_id, leads.territory_source, ",
        )
        .then(self.taken_by.clone())
        .sql(" FROM leads WHERE ")
        .then(ruled(org))
        .sql(") SELECT p.lead_id, p.from_id, p.to_id, p.from_source FROM placed p WHERE p.from_id IS DISTINCT FROM p.to_id");
        match self.only {
            None => moves,
            Some(only) => moves.sql(" AND (p.from_id = ").number(only).sql(" OR p.to_id = ").number(only).sql(")"),
        }
    }

    /// The same as rows of moves, of leads that can be held: PostgreSQL reckons the rule anew for a lead that somebody else was changing,
    /// which it does where the rule stands in the query of the leads themselves.
    fn held(&self, org: OrgId) -> Statement {
        let to = || self.taken_by.clone();
        let on_sqlite =
            Statement::new("SELECT n.lead_id, n.from_id, n.from_source, n.to_id, 'rule' FROM (").then(self.now(org));
        let on_postgres = Statement::new("SELECT leads.id, leads.territory_id, leads.territory_source, ")
            .then(to())
            .sql(", 'rule' FROM leads WHERE ")
            .then(ruled(org))
            .sql(" AND (")
            .then(to())
            .sql(") IS DISTINCT FROM leads.territory_id");
        let on_postgres = match self.only {
            None => on_postgres,
            Some(only) => on_postgres.sql(" AND ").number(only).sql(" IN (leads.territory_id, ").then(to()).sql(")"),
        };
        Statement::default().either_of(on_sqlite.sql(") n"), on_postgres)
    }

    fn planned(&self, conn: &mut Db, org: OrgId, gathering: Gathering) -> Result<Plan, TerritoryError> {
        let live = Statement::new(
            "SELECT count(*), count(CASE WHEN leads.territory_source = 'manual' THEN 1 END) FROM leads
             WHERE leads.deleted_at IS NULL AND leads.organization_id = ",
        );
        let rows = live.org(org).rows(conn)?;
        let count = |place: usize| rows.first().and_then(|row| row.at(place).number()).unwrap_or_default();
        let mut moves: Vec<Moved> = gathering.moves.into_values().collect();
        let name = |id: Option<i64>| self.territories.iter().find(|it| Some(it.id) == id).map(|it| it.name.as_str());
        moves.sort_by_key(|moved| (std::cmp::Reverse(moved.count), name(moved.from), name(moved.to)));
        Ok(Plan { moves, leads: count(0), manual: count(1), digest: gathering.hasher.finish() })
    }
}

/// Live leads that no person has put where they are.
fn ruled(org: OrgId) -> Statement {
    Statement::new("leads.organization_id = ")
        .org(org)
        .sql(" AND leads.deleted_at IS NULL AND leads.territory_source IS DISTINCT FROM 'manual'")
}

/// Moves that are being counted, by lead.
#[derive(Default)]
struct Gathering {
    moves: BTreeMap<(Option<i64>, Option<i64>), Moved>,
    hasher: DefaultHasher,
}

impl Gathering {
    fn take(&mut self, one: Move) {
        one.hash(&mut self.hasher);
        let Move { lead, from, to } = one;
        let none = || Moved { from, to, count: 0, examples: Vec::new() };
        let moved = self.moves.entry((from, to)).or_insert_with(none);
        moved.count += 1;
        if moved.examples.len() < EXAMPLES {
            moved.examples.push(lead);
        }
    }
}
