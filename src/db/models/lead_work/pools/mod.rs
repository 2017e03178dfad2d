//! Pools of users among whom leads are distributed, and what is known of leads and users when they are.

pub mod assignment_pool_members;
pub mod assignment_pools;
pub mod earlier;
pub mod holding;
pub mod pool_run_leads;
pub mod pool_runs;
pub mod untouched;
pub mod waiting;
