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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
/// What points are.
const POINTS: &str = "they are a whole number from 1 to 100, or from -1 to -100";
/// The longest half-life, in days.
const LONGEST_HALF_LIFE: i64 = 3650;
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
    #[error("the cap of {group} is {given}; it is a whole number from 0 to {MOST}")]
    Cap { group: Group, given: String },
    #[error("two rules are called `{0}`")]
    SameName(String),
    #[error("the rule `{rule}` {problem}")]
    Rule { rule: String, problem: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawModel {
    #[serde(default)]
    caps: RawCaps,
    #[serde(default)]
    rules: Vec<RawRule>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCaps {
    qualification: Option<Given>,
    engagement: Option<Given>,
    intent: Option<Given>,
    demographic: Option<Given>,
}

/// What stands where a whole number is meant.
#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Whole(i64),
    Other(Value),
}

impl Given {
    /// The number, if it is a whole one of this range; else what stands there.
    fn within<T: TryFrom<i64>>(self, range: std::ops::RangeInclusive<i64>) -> Result<T, String> {
        match self {
            Given::Whole(number) if range.contains(&number) => T::try_from(number).map_err(|_| number.to_string()),
            Given::Whole(number) => Err(number.to_string()),
            Given::Other(Value::Array(_) | Value::Object(_)) => Err("no number".to_owned()),
            Given::Other(value) => Err(value.to_string().chars().take(60).collect()),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    name: Option<String>,
    group: String,
    points: Given,
    when: String,
    half_life_days: Option<Given>,
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
        let caps = self.caps.checked()?;
        let sum = Group::ALL.iter().map(|group| caps.of(*group)).sum();
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
        Ok(RuleModel { caps, rules })
    }
}

impl RawCaps {
    fn checked(self) -> Result<Caps, ModelProblem> {
        let usual = Caps::default();
        let cap = |group, given: Option<Given>, usual| match given {
            None => Ok(usual),
            Some(given) => given.within(0..=MOST).map_err(|given| ModelProblem::Cap { group, given }),
        };
        Ok(Caps {
            qualification: cap(Group::Qualification, self.qualification, usual.qualification)?,
            engagement: cap(Group::Engagement, self.engagement, usual.engagement)?,
            intent: cap(Group::Intent, self.intent, usual.intent)?,
            demographic: cap(Group::Demographic, self.demographic, usual.demographic)?,
        })
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
        let points: i64 = match self.points.within(-MOST_POINTS..=MOST_POINTS) {
            Ok(0) => return bad(format!("has `points` = 0; {POINTS}")),
            Ok(points) => points,
            Err(given) => return bad(format!("has `points` = {given}; {POINTS}")),
        };
        let half_life = self.half_life_days.map(|days| days.within::<u32>(1..=LONGEST_HALF_LIFE)).transpose();
        let half_life = match half_life {
            Ok(days) => days,
            Err(given) => {
                return bad(format!(
                    "has `half_life_days` = {given}; it is a whole number from 1 to {LONGEST_HALF_LIFE}"
                ));
            }
        };
        let decay = match (half_life, self.since) {
            (None, None) => None,
            (Some(half_life_days), Some(since)) => Some(Decay { half_life_days, since: since.trim().to_owned() }),
            (Some(_), None) => return bad("has a half-life; `since` says from which time on".to_owned()),
            (None, Some(_)) => return bad("has `since` without `half_life_days`".to_owned()),
        };
        Ok(Rule { name, group, points, when, decay })
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
        for given in ["-1", "4000", "2.5", "\"20\"", "[1]", "1979-05-27"] {
            let shown = if given.contains(['[', '7']) { "no number" } else { given };
            let said = problem(&format!("[caps]\nintent = {given}\n{ONE}"));
            assert_eq!(said, format!("the cap of intent is {shown}; it is a whole number from 0 to 100"));
            let said = problem(&format!("{ONE}half_life_days = {given}\nsince = \"created\""));
            let expected = format!("`half_life_days` = {shown}; it is a whole number from 1 to 3650");
            assert!(said.ends_with(&expected), "{said}");
        }
        assert_eq!(problem(""), "it has no rules");
        assert!(problem(&ONE.repeat(2)).contains("two rules are called `status = hot`"));
        assert!(problem(&ONE.repeat(61)).contains("61 rules"));
        assert!(problem(&ONE.replace("intent", "luck")).contains("`luck`"));
        for given in ["0", "-101", "5.5", "true", "-9223372036854775808"] {
            let said = problem(&ONE.replace("= 5", &format!("= {given}")));
            let expected =
                format!("the rule `status = hot` has `points` = {given}; they are a whole number from 1 to 100");
            assert!(said.starts_with(&expected), "{said}");
        }
        assert!(problem(&format!("{ONE}half_life_days = 7")).contains("`since`"));
        assert!(problem(&format!("{ONE}since = \"created\"")).contains("without `half_life_days`"));
        assert!(problem(&format!("{ONE}half_life_days = 0\nsince = \"created\"")).contains("from 1 to 3650"));
        assert!(problem(&format!("{ONE}wehn = \"x\"")).contains("wehn"));
        assert!(problem("{\"rules\": [}").contains("line 1"));
    }
}
