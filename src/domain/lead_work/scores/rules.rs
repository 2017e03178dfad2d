//! Models of rules: points for what is true of a lead, in groups that are capped each.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kind::Group;

/// A model: its rules, and how much each group may give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleModel {
    pub caps: Caps,
    pub rules: Vec<Rule>,
}

/// How much each group may give; together at most [`MOST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Caps {
    pub qualification: i64,
    pub engagement: i64,
    pub intent: i64,
    pub demographic: i64,
}

impl Default for Caps {
    fn default() -> Caps {
        Caps { qualification: 40, engagement: 25, intent: 20, demographic: 15 }
    }
}

impl Caps {
    pub fn of(&self, group: Group) -> i64 {
        match group {
            Group::Qualification => self.qualification,
            Group::Engagement => self.engagement,
            Group::Intent => self.intent,
            Group::Demographic => self.demographic,
        }
    }
}

/// Points for the leads of a filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    pub name: String,
    pub group: Group,
    pub points: i64,
    /// The filter, as text.
    pub when: String,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub decay: Option<Decay>,
}

/// Points that halve with time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decay {
    pub half_life_days: u32,
    /// The time from which on they do.
    pub since: String,
}

/// The greatest score.
pub const MOST: i64 = 100;
/// How many rules a model may have: what each says of a lead is a bit of one number.
pub const MOST_RULES: usize = 60;
/// How many points a rule may give or take.
pub const MOST_POINTS: i64 = 100;
/// The longest half-life, in days.
const LONGEST_HALF_LIFE: u32 = 3650;
/// The longest name of a rule, in characters.
const LONGEST_NAME: usize = 100;

/// The model of an organization that has set none.
const DEFAULT: &str = include_str!("default.toml");

/// What that is called.
pub const DEFAULT_NAME: &str = "default";

/// Why a text is no model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelProblem {
    #[error("it cannot be read: {0}")]
    Syntax(String),
    #[error("it has no rules")]
    NoRules,
    #[error("it has {0} rules, and at most {MOST_RULES} are taken")]
    TooManyRules(usize),
    #[error("its caps are {0} together, and a score is at most {MOST}")]
    CapsTooGreat(i64),
    #[error("the cap of {group} is {cap}, and it must not be negative")]
    NegativeCap { group: Group, cap: i64 },
    #[error("two rules are called `{0}`")]
    SameName(String),
    #[error("the rule `{rule}` {problem}")]
    Rule { rule: String, problem: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawModel {
    #[serde(default)]
    caps: Caps,
    #[serde(default)]
    rules: Vec<RawRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    name: Option<String>,
    group: String,
    points: i64,
    when: String,
    half_life_days: Option<u32>,
    since: Option<String>,
}

impl RuleModel {
    /// Reads a model as a person writes it, in TOML or JSON. What its filters and times are is not looked at.
    ///
    /// # Errors
    /// It is neither, has a key that means nothing, or gives points that do not foot.
    pub fn parse(text: &str) -> Result<RuleModel, ModelProblem> {
        let told = |problem: String| ModelProblem::Syntax(problem.trim().replace('\n', " "));
        let raw: RawModel = match text.trim_start().starts_with('{') {
            true => serde_json::from_str(text).map_err(|e| told(e.to_string()))?,
            false => toml::from_str(text).map_err(|e| {
                let line = e.span().and_then(|at| text.get(..at.start)).map(|before| before.matches('\n').count() + 1);
                told(line.map(|line| format!("line {line}: ")).unwrap_or_default() + e.message())
            })?,
        };
        raw.checked()
    }

    /// Reads a model as it is stored.
    ///
    /// # Errors
    /// As [`RuleModel::parse`]: a newer program wrote it.
    pub fn from_json(definition: &Value) -> Result<RuleModel, ModelProblem> {
        RawModel::deserialize(definition).map_err(|e| ModelProblem::Syntax(e.to_string()))?.checked()
    }

    /// The model of an organization that has set none.
    ///
    /// # Errors
    /// None; a test reads it.
    pub fn standard() -> Result<RuleModel, ModelProblem> {
        RuleModel::parse(DEFAULT)
    }

    /// The rules of a group.
    pub fn of_group(&self, group: Group) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| rule.group == group)
    }

    /// The rules whose points halve with time, in their order.
    pub fn decaying(&self) -> impl Iterator<Item = (usize, &Rule, &Decay)> {
        self.rules.iter().enumerate().filter_map(|(place, rule)| Some((place, rule, rule.decay.as_ref()?)))
    }
}

impl RawModel {
    fn checked(self) -> Result<RuleModel, ModelProblem> {
        for group in Group::ALL {
            let cap = self.caps.of(*group);
            if cap < 0 {
                return Err(ModelProblem::NegativeCap { group: *group, cap });
            }
        }
        let sum = Group::ALL.iter().map(|group| self.caps.of(*group)).fold(0, i64::saturating_add);
        if sum > MOST {
            return Err(ModelProblem::CapsTooGreat(sum));
        }
        match self.rules.len() {
            0 => return Err(ModelProblem::NoRules),
            count if count > MOST_RULES => return Err(ModelProblem::TooManyRules(count)),
            _ => {}
        }
        let rules: Vec<Rule> = self.rules.into_iter().map(RawRule::checked).collect::<Result<_, _>>()?;
        for (place, rule) in rules.iter().enumerate() {
            if rules.iter().take(place).any(|earlier| earlier.name == rule.name) {
                return Err(ModelProblem::SameName(rule.name.clone()));
            }
        }
        Ok(RuleModel { caps: self.caps, rules })
    }
}

impl RawRule {
    fn checked(self) -> Result<Rule, ModelProblem> {
        let when = self.when.trim().to_owned();
        let name = self.name.as_deref().unwrap_or(&when).split_whitespace().collect::<Vec<_>>().join(" ");
        let name: String = match self.name {
            None => name.chars().take(LONGEST_NAME).collect(),
            Some(_) => name,
        };
        let bad =
            |problem: String| Err(ModelProblem::Rule { rule: name.chars().take(LONGEST_NAME).collect(), problem });
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return bad(format!("needs a name of 1 to {LONGEST_NAME} characters"));
        }
        let Some(group) = Group::from_word(self.group.trim()) else {
            return bad(format!("is in the group `{}`, and the groups are {}", self.group, Group::words()));
        };
        if self.points == 0 || !(-MOST_POINTS..=MOST_POINTS).contains(&self.points) {
            return bad(format!("gives {} points; from 1 to {MOST_POINTS} are taken, or as many less", self.points));
        }
        let decay = match (self.half_life_days, self.since) {
            (None, None) => None,
            (Some(days), _) if days == 0 || days > LONGEST_HALF_LIFE => {
                return bad(format!("has a half-life of {days} days; from 1 to {LONGEST_HALF_LIFE} are taken"));
            }
            (Some(half_life_days), Some(since)) => Some(Decay { half_life_days, since: since.trim().to_owned() }),
            (Some(_), None) => return bad("has a half-life; `since` says from which time on".to_owned()),
            (None, Some(_)) => return bad("has `since` without `half_life_days`".to_owned()),
        };
        Ok(Rule { name, group, points: self.points, when, decay })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(rules: &str) -> Result<RuleModel, ModelProblem> {
        RuleModel::parse(rules)
    }

    const ONE: &str = "[[rules]]\ngroup = \"intent\"\npoints = 5\nwhen = \"status = hot\"\n";

    #[test]
    fn a_model_is_read_from_toml_and_json_and_back() {
        let standard = RuleModel::standard().unwrap();
        assert_eq!((standard.caps, standard.rules.len()), (Caps::default(), 16));
        let stored = serde_json::to_value(&standard).unwrap();
        assert_eq!(RuleModel::from_json(&stored).unwrap(), standard);
        assert_eq!(RuleModel::parse(&stored.to_string()).unwrap(), standard);
        let one = model(ONE).unwrap();
        assert_eq!((one.rules[0].name.as_str(), one.rules[0].decay.as_ref()), ("status = hot", None));
    }

    #[test]
    fn what_does_not_foot_is_refused_by_name() {
        let problem = |text: &str| model(text).unwrap_err().to_string();
        assert!(problem(&format!("[caps]\nintent = 21\n{ONE}")).contains("101 together"));
        assert!(problem(&format!("[caps]\nintent = -1\n{ONE}")).contains("cap of intent"));
        assert_eq!(problem(""), "it has no rules");
        assert!(problem(&ONE.repeat(2)).contains("two rules are called `status = hot`"));
        assert!(problem(&ONE.repeat(61)).contains("61 rules"));
        assert!(problem(&ONE.replace("intent", "luck")).contains("`luck`"));
        assert!(problem(&ONE.replace("= 5", "= 0")).contains("0 points"));
        assert!(problem(&ONE.replace("= 5", "= -101")).contains("-101 points"));
        assert!(problem(&ONE.replace("= 5", &format!("= {}", i64::MIN))).contains("points"));
        assert!(problem(&format!("{ONE}half_life_days = 7")).contains("`since`"));
        assert!(problem(&format!("{ONE}since = \"created\"")).contains("without `half_life_days`"));
        assert!(problem(&format!("{ONE}half_life_days = 0\nsince = \"created\"")).contains("half-life of 0"));
        assert!(problem(&format!("{ONE}wehn = \"x\"")).contains("wehn"));
        assert!(problem("{\"rules\": [}").contains("line 1"));
    }
}
