//! Queries written by Diesel's methods: `leads::table.filter(leads::organization_id.eq(org.0))`.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, ExprMethodCall, ExprPath};

use super::sources::{Unit, arguments};

/// A chain of calls around the place that is looked at, or the argument of one where another query begins.
enum Around {
    Chain(Vec<Expr>),
    Argument,
}

pub struct Checker<'u> {
    unit: &'u Unit,
    tables: &'u [&'static str],
    around: Vec<Around>,
    /// Whether the place is the table of an INSERT, which cannot leave the organization out.
    inserts: bool,
    pub seen: usize,
    /// The table and the line of each query that names no organization.
    pub found: Vec<(String, usize)>,
}

/// The tables that a unit queries without their organization, and how many queries it has.
pub fn unguarded(unit: &Unit, tables: &[&'static str]) -> (Vec<(String, usize)>, usize) {
    let mut checker = Checker { unit, tables, around: Vec::new(), inserts: false, seen: 0, found: Vec::new() };
    unit.visit(&mut checker);
    (checker.found, checker.seen)
}

const CONDITIONS: [&str; 7] = ["filter", "find", "on", "inner_join", "left_join", "or_filter", "on_conflict"];

impl Checker<'_> {
    fn table_of(&self, path: &ExprPath, last: &str) -> Option<&'static str> {
        let mut segments = path.path.segments.iter().rev();
        if segments.next()?.ident != last {
            return None;
        }
        let name = segments.next()?.ident.to_string();
        // `use crate::db::schema::leads::dsl`
        let name = if name == "dsl" { self.unit.file.imported.get("dsl").cloned()? } else { name };
        let name = self.unit.file.renamed.get(&name).unwrap_or(&name);
        self.tables.iter().find(|table| *table == name).copied()
    }

    /// Whether a condition compares the organization of a table; what stands beside an `or` does not count.
    fn names(&self, condition: &Expr, table: &str) -> bool {
        struct Find<'c, 'u> {
            checker: &'c Checker<'u>,
            table: &'c str,
            found: bool,
        }
        impl<'a> Visit<'a> for Find<'_, '_> {
            fn visit_expr_path(&mut self, path: &'a ExprPath) {
                let local = path
                    .path
                    .get_ident()
                    .and_then(|name| self.checker.unit.local(&name.to_string(), name.span().start()));
                if let Some((init, None)) = local {
                    self.found |= self.checker.names(init, self.table);
                }
            }
            fn visit_expr_method_call(&mut self, call: &'a ExprMethodCall) {
                let is_organization = |expr: &Expr| match expr {
                    Expr::Path(path) => self.checker.table_of(path, "organization_id") == Some(self.table),
                    _ => false,
                };
                match call.method.to_string().as_str() {
                    // Either side alone lets the other's rows through.
                    "or" => return,
                    "eq" | "eq_any" if is_organization(&call.receiver) || call.args.iter().any(is_organization) => {
                        self.found = true;
                    }
                    _ => {}
                }
                visit::visit_expr_method_call(self, call);
            }
        }
        let mut find = Find { checker: self, table, found: false };
        find.visit_expr(condition);
        find.found
    }

    fn check(&mut self, table: &'static str, line: usize) {
        self.seen += 1;
        if self.inserts {
            return;
        }
        let mut named = false;
        for around in self.around.iter().rev() {
            match around {
                Around::Argument => break,
                Around::Chain(conditions) => named |= conditions.iter().any(|it| self.names(it, table)),
            }
        }
        if !named {
            self.found.push((table.to_owned(), line));
        }
    }
}

impl<'a> Visit<'a> for Checker<'_> {
    fn visit_expr_method_call(&mut self, call: &'a ExprMethodCall) {
        let mut conditions = Vec::new();
        let mut links = Vec::new();
        let mut begin: &Expr = &call.receiver;
        links.push(call);
        while let Expr::MethodCall(inner) = begin {
            links.push(inner);
            begin = &inner.receiver;
        }
        for link in &links {
            if CONDITIONS.contains(&link.method.to_string().as_str()) {
                conditions.extend(link.args.iter().cloned());
            }
        }
        self.around.push(Around::Chain(conditions));
        self.visit_expr(begin);
        for link in &links {
            let joins = link.method.to_string().ends_with("join") || link.method == "on";
            if !joins {
                self.around.push(Around::Argument);
            }
            link.args.iter().for_each(|arg| self.visit_expr(arg));
            if !joins {
                self.around.pop();
            }
        }
        self.around.pop();
    }

    fn visit_expr_call(&mut self, call: &'a syn::ExprCall) {
        let callee = match &*call.func {
            Expr::Path(path) => path.path.segments.last().unwrap().ident.to_string(),
            _ => String::new(),
        };
        let before = std::mem::replace(&mut self.inserts, callee == "insert_into");
        visit::visit_expr_call(self, call);
        self.inserts = before;
    }

    fn visit_expr_closure(&mut self, closure: &'a syn::ExprClosure) {
        self.around.push(Around::Argument);
        visit::visit_expr_closure(self, closure);
        self.around.pop();
    }

    fn visit_block(&mut self, block: &'a syn::Block) {
        self.around.push(Around::Argument);
        visit::visit_block(self, block);
        self.around.pop();
    }

    fn visit_expr_path(&mut self, path: &'a ExprPath) {
        let of_dsl = path.path.segments.iter().rev().map(|segment| segment.ident.to_string()).collect::<Vec<_>>();
        let is_of_dsl = of_dsl.get(1).is_some_and(|module| module == "dsl");
        if let Some(table) = self
            .table_of(path, if is_of_dsl { &of_dsl[0] } else { "table" })
            .filter(|table| !is_of_dsl || *table == of_dsl[0])
        {
            self.check(table, path.span().start().line);
        }
    }

    fn visit_macro(&mut self, mac: &'a syn::Macro) {
        match arguments(mac) {
            Some(list) => {
                let mut inner = Checker {
                    around: Vec::new(),
                    found: Vec::new(),
                    seen: 0,
                    inserts: false,
                    unit: self.unit,
                    tables: self.tables,
                };
                list.iter().for_each(|arg| inner.visit_expr(arg));
                self.seen += inner.seen;
                self.found.extend(inner.found);
            }
            None => {
                let text = mac.tokens.to_string();
                if text.contains(":: table") {
                    self.found.push((format!("a macro that cannot be read: {text}"), mac.span().start().line));
                }
            }
        }
    }
}
