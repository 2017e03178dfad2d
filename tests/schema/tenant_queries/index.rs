//! What names mean in the sources, and who calls whom.

use std::collections::HashMap;

use syn::Expr;
use syn::visit::{self, Visit};

use super::sources::{Unit, arguments, text_of};

/// The units by their names without modules.
pub struct Index<'u> {
    by_name: HashMap<&'u str, Vec<&'u Unit>>,
    /// Of the units with a name, the only one that has a piece of SQL.
    only: HashMap<&'u str, &'u Unit>,
    /// Who calls a name, and with what.
    pub calls: HashMap<String, Vec<(&'u Unit, Vec<Expr>)>>,
    pub units: &'u [Unit],
}

impl<'u> Index<'u> {
    pub fn new(units: &'u [Unit]) -> Index<'u> {
        let mut by_name: HashMap<&str, Vec<&Unit>> = HashMap::new();
        units.iter().for_each(|unit| by_name.entry(unit.own_name()).or_default().push(unit));
        let only = by_name.iter().filter_map(|(name, all)| {
            let mut sql = all.iter().filter(|unit| is_sql(unit));
            sql.next().filter(|_| sql.next().is_none()).map(|unit| (*name, *unit))
        });
        let mut calls: HashMap<String, Vec<(&Unit, Vec<Expr>)>> = HashMap::new();
        for unit in units {
            for (name, args) in calls_of(unit).into_iter().filter(|(name, _)| by_name.contains_key(name.as_str())) {
                calls.entry(name).or_default().push((unit, args));
            }
        }
        Index { only: only.collect(), calls, by_name, units }
    }

    /// The method of this name of a type.
    pub fn method(&self, name: &str, of: &str) -> Option<&'u Unit> {
        self.by_name.get(name)?.iter().find(|unit| unit.of.as_deref() == Some(of)).copied()
    }

    /// What a name means within a unit: one of its own file, what that brings in, or the only one that gives SQL.
    pub fn get(&self, name: &str, module: Option<&str>, within: &Unit) -> Option<&'u Unit> {
        let name = within.file.renamed.get(name).map_or(name, String::as_str);
        let all = self.by_name.get(name)?;
        let of = |module: &str| all.iter().find(|unit| unit.file.module == module);
        let own = || all.iter().find(|unit| std::ptr::eq(&*unit.file, &*within.file));
        let imported = || within.file.imported.get(name).and_then(|module| of(module));
        module.and_then(of).or_else(own).or_else(imported).copied().or_else(|| self.only.get(name).copied())
    }
}

/// Whether a unit means another one by its name.
pub fn knows(caller: &Unit, of: &Unit) -> bool {
    let imports = |name: &str| caller.file.imported.contains_key(name);
    std::ptr::eq(&*caller.file, &*of.file) || imports(of.own_name()) || imports(&of.file.module)
}

/// The calls in a unit: what is called, and with what.
fn calls_of(unit: &Unit) -> Vec<(String, Vec<Expr>)> {
    struct Find(Vec<(String, Vec<Expr>)>);
    impl<'a> Visit<'a> for Find {
        fn visit_expr_call(&mut self, call: &'a syn::ExprCall) {
            if let Expr::Path(path) = &*call.func {
                let name = path.path.segments.last().unwrap().ident.to_string();
                self.0.push((name, call.args.iter().cloned().collect()));
            }
            visit::visit_expr_call(self, call);
        }
        fn visit_expr_method_call(&mut self, call: &'a syn::ExprMethodCall) {
            self.0.push((call.method.to_string(), call.args.iter().cloned().collect()));
            visit::visit_expr_method_call(self, call);
        }
        fn visit_macro(&mut self, mac: &'a syn::Macro) {
            let mut inner = Find(Vec::new());
            arguments(mac).iter().flatten().for_each(|arg| inner.visit_expr(arg));
            self.0.extend(inner.0);
        }
    }
    let mut find = Find(Vec::new());
    unit.visit(&mut find);
    find.0
}

/// Whether a unit has a piece of SQL.
fn is_sql(unit: &Unit) -> bool {
    struct Find(bool);
    impl<'a> Visit<'a> for Find {
        fn visit_expr(&mut self, expr: &'a Expr) {
            let is_sql = |text: String| ["organization_id", "SELECT ", " FROM "].iter().any(|word| text.contains(word));
            self.0 |= text_of(expr).is_some_and(is_sql);
            visit::visit_expr(self, expr);
        }
    }
    let mut find = Find(false);
    unit.visit(&mut find);
    find.0
}
