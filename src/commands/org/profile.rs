//! What an organization is, as arguments.

use crate::commands::args::texts::within;
use crate::db::models::access::organizations::Organization;
use crate::domain::access::profile::{FREE, tier, website};
use crate::domain::email::Email;
use crate::error::{CommandError, Result};

vocabulary! {
    /// A field of an organization that can be emptied.
    ProfileField {
        Description = "description",
        Website = "website",
        Industry = "industry",
        Size = "size",
        BillingEmail = "billing_email",
        /// Without another word it is the free one.
        SubscriptionTier = "subscription_tier",
    }
}

/// What an organization is.
#[derive(Debug, clap::Args)]
pub struct Profile {
    /// What it does
    #[arg(long, value_name = "TEXT", value_parser = within::<2000>)]
    pub description: Option<String>,
    /// The address of its site
    #[arg(long, value_name = "URL", value_parser = website)]
    pub website: Option<String>,
    /// What line of business it is in
    #[arg(long, value_parser = within::<100>)]
    pub industry: Option<String>,
    /// How many people it has, such as 11-50
    #[arg(long, value_parser = within::<50>)]
    pub size: Option<String>,
    /// Where invoices go
    #[arg(long, value_name = "EMAIL", value_parser = checked_email)]
    pub billing_email: Option<String>,
    /// The word for what it pays for, such as free or pro
    #[arg(long, visible_alias = "tier", value_name = "WORD", value_parser = tier)]
    pub subscription_tier: Option<String>,
}

fn checked_email(text: &str) -> Result<String, String> {
    Email::parse(text).map(Email::into_string).map_err(|e| format!("`{text}` {e}"))
}

impl Profile {
    /// Gives an organization what was said.
    pub fn fill(self, org: &mut Organization) {
        org.description = self.description.or(org.description.take());
        org.website = self.website.or(org.website.take());
        org.industry = self.industry.or(org.industry.take());
        org.size = self.size.or(org.size.take());
        org.billing_email = self.billing_email.or(org.billing_email.take());
        org.subscription_tier = self.subscription_tier.unwrap_or(std::mem::take(&mut org.subscription_tier));
    }

    /// Refuses a field that is filled and emptied.
    pub fn refuse_cleared(&self, cleared: &[ProfileField]) -> Result<(), CommandError> {
        match cleared.iter().find(|field| self.says(**field)) {
            Some(field) => Err(CommandError::usage(format!("`{field}` is both given and cleared"))),
            None => Ok(()),
        }
    }

    fn says(&self, field: ProfileField) -> bool {
        match field {
            ProfileField::Description => &self.description,
            ProfileField::Website => &self.website,
            ProfileField::Industry => &self.industry,
            ProfileField::Size => &self.size,
            ProfileField::BillingEmail => &self.billing_email,
            ProfileField::SubscriptionTier => &self.subscription_tier,
        }
        .is_some()
    }
}

impl ProfileField {
    pub fn clear(self, org: &mut Organization) {
        match self {
            ProfileField::Description => org.description = None,
            ProfileField::Website => org.website = None,
            ProfileField::Industry => org.industry = None,
            ProfileField::Size => org.size = None,
            ProfileField::BillingEmail => org.billing_email = None,
            ProfileField::SubscriptionTier => FREE.clone_into(&mut org.subscription_tier),
        }
    }
}
