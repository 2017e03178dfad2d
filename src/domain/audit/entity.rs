//! What the audit logs tell of.

vocabulary! {
    /// A kind of thing of which every change is logged.
    Entity {
        /// Has a log of its own.
        Lead = "lead",
        Organization = "organization",
        User = "user",
        /// A setting of the organization; its key is the field.
        Setting = "setting",
        Segment = "segment",
        /// A version of a model that scores leads.
        ScoreModel = "score_model",
        BudgetAccount = "budget_account",
        Task = "task",
        /// A version of a saved mapping of imports.
        ImportMapping = "import_mapping",
        /// A registry that the organization must honour.
        DncRequirement = "dnc_requirement",
        /// A registry of all organizations, in the log of the one for which it was loaded or dropped.
        DncRegistry = "dnc_registry",
        Territory = "territory",
        TerritoryMember = "territory_member",
        Pool = "pool",
        PoolMember = "pool_member",
    }
}

impl Entity {
    /// What the rows of a table are called in the log; `None` when their changes are not logged there.
    pub fn of_table(name: &str) -> Option<Entity> {
        Some(match name {
            "leads" => Entity::Lead,
            "organizations" => Entity::Organization,
            "users" => Entity::User,
            "system_config" => Entity::Setting,
            "segments" => Entity::Segment,
            "score_models" => Entity::ScoreModel,
            "budget_accounts" => Entity::BudgetAccount,
            "tasks" => Entity::Task,
            "import_mappings" => Entity::ImportMapping,
            "dnc_requirements" => Entity::DncRequirement,
            "dnc_registries" => Entity::DncRegistry,
            "territories" => Entity::Territory,
            "territory_members" => Entity::TerritoryMember,
            "assignment_pools" => Entity::Pool,
            "assignment_pool_members" => Entity::PoolMember,
            _ => return None,
        })
    }
}
