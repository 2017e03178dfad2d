//! SQL that is put together in one expression, as texts: pieces in their order, and a mark for each value.

use std::collections::BTreeSet;
use std::rc::Rc;

use proc_macro2::LineColumn;
use syn::Expr;
use syn::spanned::Spanned;

use super::index::{Index, knows};
use super::sources::{Body, Unit, arguments, text_of};

/// A value that is bound.
const BOUND: &str = " ? ";
/// A piece that is not known.
const UNKNOWN: &str = " ¤ ";
/// How deep calls are followed.
const DEEPEST: usize = 60;

/// Mixtures of arms that are tried besides the same arm of all branches.
const MIXTURES: usize = 6;

/// The texts that an expression may give: on each engine, with each arm of its branches and with mixtures of them.
pub fn flatten<'u>(expr: &Expr, unit: &'u Unit, index: &Index<'u>) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    let mut differ = true;
    for is_postgres in [false, true] {
        if !std::mem::take(&mut differ) {
            break;
        }
        let (mut arms, mut branches, mut choice) = (1, 0, 0);
        while choice < arms + if branches > 1 { MIXTURES } else { 0 } {
            let mut flat = Flat {
                index,
                is_postgres,
                mixture: choice.checked_sub(arms).map(|mixture| mixture + 1),
                arm: choice,
                arms: 1,
                branches: 0,
                differ: false,
                place: None,
                frame: None,
                depth: 0,
                out: String::new(),
            };
            flat.expr(expr, unit);
            texts.insert(flat.out);
            arms = arms.max(flat.arms);
            branches = branches.max(flat.branches);
            differ |= flat.differ;
            choice += 1;
        }
    }
    texts
}

/// A call that is followed: what is called, with what, and from where.
struct Frame<'u> {
    callee: &'u Unit,
    args: Vec<Expr>,
    caller: &'u Unit,
    around: Option<Rc<Frame<'u>>>,
}

struct Flat<'i, 'u> {
    index: &'i Index<'u>,
    frame: Option<Rc<Frame<'u>>>,
    is_postgres: bool,
    /// Which arm of each branch is taken, or its last one.
    arm: usize,
    /// The most arms of a branch.
    arms: usize,
    branches: usize,
    /// Whether the engines' texts differ.
    differ: bool,
    /// Which mixture of arms is taken instead.
    mixture: Option<usize>,
    /// Which part of a tuple is meant.
    place: Option<usize>,
    depth: usize,
    out: String,
}

impl<'u> Flat<'_, 'u> {
    fn expr(&mut self, expr: &Expr, unit: &'u Unit) {
        if self.depth < DEEPEST {
            self.depth += 1;
            self.inner(expr, unit);
            self.depth -= 1;
        }
    }

    fn all<'e>(&mut self, list: impl IntoIterator<Item = &'e Expr>, unit: &'u Unit) {
        list.into_iter().for_each(|expr| self.expr(expr, unit));
    }

    fn inner(&mut self, expr: &Expr, unit: &'u Unit) {
        if let Some(text) = text_of(expr) {
            return self.out.push_str(&text);
        }
        match expr {
            Expr::MethodCall(call) => self.method(call, unit),
            Expr::Call(call) => self.call(call, unit),
            Expr::Path(path) => self.path(path, unit),
            Expr::Reference(inner) => self.expr(&inner.expr, unit),
            Expr::Paren(inner) => self.expr(&inner.expr, unit),
            Expr::Group(inner) => self.expr(&inner.expr, unit),
            Expr::Try(inner) => self.expr(&inner.expr, unit),
            Expr::Closure(inner) => self.expr(&inner.body, unit),
            Expr::Block(inner) => self.block(&inner.block, unit),
            Expr::Tuple(inner) => match self.place.take() {
                Some(place) => self.all(inner.elems.get(place), unit),
                None => self.all(&inner.elems, unit),
            },
            Expr::Array(inner) => self.all(&inner.elems, unit),
            Expr::Return(inner) => self.all(inner.expr.as_deref(), unit),
            Expr::If(inner) => match self.choose(2, inner.span().start()) {
                0 => self.block(&inner.then_branch, unit),
                _ => self.all(inner.else_branch.as_ref().map(|(_, other)| &**other), unit),
            },
            Expr::Match(inner) => {
                // Tables that are nobody's need no organization.
                let arms: Vec<&syn::Arm> = inner.arms.iter().filter(|arm| !is_everyone(&arm.pat)).collect();
                let chosen = self.choose(arms.len(), inner.span().start());
                self.all(arms.get(chosen).or(arms.last()).map(|arm| &*arm.body), unit);
            }
            Expr::Macro(inner) => self.macro_call(&inner.mac, unit),
            _ => self.out.push_str(UNKNOWN),
        }
    }

    /// Which arm of a branch is taken.
    fn choose(&mut self, arms: usize, at: LineColumn) -> usize {
        self.arms = self.arms.max(arms);
        self.branches += 1;
        match self.mixture {
            None => self.arm,
            Some(mixture) => (at.line >> (mixture - 1)).wrapping_add(mixture) % arms.max(1),
        }
    }

    /// What a block gives: its last expression.
    fn block(&mut self, block: &syn::Block, unit: &'u Unit) {
        match block.stmts.last() {
            Some(syn::Stmt::Expr(expr, _)) => self.expr(expr, unit),
            Some(syn::Stmt::Macro(call)) => self.macro_call(&call.mac, unit),
            _ => self.out.push_str(UNKNOWN),
        }
    }

    fn path(&mut self, path: &syn::ExprPath, unit: &'u Unit) {
        let name = path.path.segments.last().unwrap().ident.to_string();
        let is_local = path.path.segments.len() == 1;
        if let Some((init, place)) = unit.local(&name, used(path)).filter(|_| is_local) {
            self.place = place;
            self.expr(init, unit);
            self.place = None;
        } else if let Some(place) = unit.params.iter().position(|(param, _)| is_local && *param == name) {
            self.parameter(unit, place);
        } else if name.starts_with(char::is_uppercase) {
            self.named(&name, &[], module_of(&path.path), unit);
        } else {
            self.out.push_str(UNKNOWN);
        }
    }

    /// What is given for a parameter. Where it is not known who calls, all callers name an organization, or it is not known.
    fn parameter(&mut self, unit: &'u Unit, place: usize) {
        if let Some(frame) = self.frame.clone().filter(|frame| std::ptr::eq(frame.callee, unit)) {
            let around = std::mem::replace(&mut self.frame, frame.around.clone());
            self.all(frame.args.get(place), frame.caller);
            self.frame = around;
            return;
        }
        let index = self.index;
        let mut texts = Vec::new();
        for (caller, args) in index.calls.get(unit.own_name()).into_iter().flatten() {
            if args.len() != unit.params.len() || !knows(caller, unit) {
                continue;
            }
            let out = std::mem::take(&mut self.out);
            self.all(args.get(place), caller);
            texts.push(std::mem::replace(&mut self.out, out));
        }
        match texts.iter().all(|text| text.contains("organization_id")) {
            true => self.out.push_str(texts.first().map_or(UNKNOWN, String::as_str)),
            false => self.out.push_str(UNKNOWN),
        }
    }

    /// A function or a constant, where it is one of the sources that are read.
    fn named(&mut self, name: &str, args: &[&Expr], module: Option<String>, unit: &'u Unit) {
        match self.index.get(name, module.as_deref(), unit) {
            Some(named) => self.follow(named, args, unit),
            None => self.out.push_str(UNKNOWN),
        }
    }

    fn follow(&mut self, callee: &'u Unit, args: &[&Expr], caller: &'u Unit) {
        let args = args.iter().map(|arg| (*arg).clone()).collect();
        let frame = Frame { callee, args, caller, around: self.frame.clone() };
        let around = self.frame.replace(Rc::new(frame));
        match &callee.body {
            Body::Expr(value) => self.expr(value, callee),
            Body::Block(block) => self.block(block, callee),
        }
        self.frame = around;
    }

    fn call(&mut self, call: &syn::ExprCall, unit: &'u Unit) {
        let Expr::Path(path) = &*call.func else { return self.out.push_str(UNKNOWN) };
        let name = path.path.segments.last().unwrap().ident.to_string();
        let args: Vec<&Expr> = call.args.iter().collect();
        match name.as_str() {
            "new" | "from" | "Some" | "Ok" | "sql_query" => self.all(args, unit),
            "default" => {}
            name if unit.local(name, used(path)).is_some() => self.path(path, unit),
            name => self.named(name, &args, module_of(&path.path), unit),
        }
    }

    /// The type of a receiver, where it can be told.
    fn type_of(&self, expr: &Expr, unit: &Unit) -> Option<String> {
        match expr {
            Expr::Struct(inner) => Some(inner.path.segments.last()?.ident.to_string()),
            Expr::Paren(inner) => self.type_of(&inner.expr, unit),
            Expr::Reference(inner) => self.type_of(&inner.expr, unit),
            Expr::Try(inner) => self.type_of(&inner.expr, unit),
            Expr::Call(call) => match &*call.func {
                Expr::Path(path) => module_of(&path.path),
                _ => None,
            },
            Expr::Field(field) => match &field.member {
                syn::Member::Named(name) => Some(capitalized(&name.to_string())),
                syn::Member::Unnamed(_) => None,
            },
            Expr::Path(path) if path.path.is_ident("self") => unit.of.clone(),
            Expr::Path(path) => {
                let name = path.path.get_ident()?.to_string();
                match (unit.local(&name, used(path)), unit.params.iter().find(|(param, _)| *param == name)) {
                    (Some((init, _)), _) => self.type_of(init, unit),
                    (None, Some((_, of))) => Some(of.clone()),
                    (None, None) => Some(capitalized(&name)),
                }
            }
            _ => None,
        }
    }

    fn method(&mut self, call: &syn::ExprMethodCall, unit: &'u Unit) {
        let name = call.method.to_string();
        match name.as_str() {
            "org" | "number" | "text" | "time" | "decimal" | "maybe_number" => {
                self.expr(&call.receiver, unit);
                self.out.push_str(BOUND);
            }
            "either" | "either_of" => {
                self.expr(&call.receiver, unit);
                self.differ = true;
                self.all(call.args.get(usize::from(self.is_postgres)), unit);
            }
            "sql" | "then" | "joined" | "map" | "fold" | "map_or" | "map_or_else" | "unwrap_or" | "chain" => {
                self.expr(&call.receiver, unit);
                self.all(&call.args, unit);
            }
            name => {
                let of = self.type_of(&call.receiver, unit);
                match of.filter(|of| of != "Statement").and_then(|of| self.index.method(name, &of)) {
                    Some(named) => self.follow(named, &call.args.iter().collect::<Vec<_>>(), unit),
                    None => {
                        self.expr(&call.receiver, unit);
                        self.apart(&call.args, unit);
                    }
                }
            }
        }
    }

    /// Statements within the arguments of a call that is not followed: `found.extend(sql_query("SELECT …"))`.
    fn apart<'e>(&mut self, args: impl IntoIterator<Item = &'e Expr>, unit: &'u Unit) {
        for arg in args {
            let before = std::mem::take(&mut self.out);
            self.expr(arg, unit);
            let text = std::mem::replace(&mut self.out, before);
            if ["SELECT ", "UPDATE ", "DELETE "].iter().any(|verb| text.contains(verb)) {
                self.out.push_str(" ; ");
                self.out.push_str(&text);
            }
        }
    }

    fn macro_call(&mut self, mac: &syn::Macro, unit: &'u Unit) {
        let Some(list) = arguments(mac) else { return self.out.push_str(UNKNOWN) };
        let is_format = mac.path.is_ident("format");
        let Some(pattern) = list.first().and_then(text_of).filter(|_| is_format) else {
            return self.all(&list, unit);
        };
        let mut args = list[1..].iter();
        let mut rest = pattern.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            self.out.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            match (name, syn::parse_str::<Expr>(name)) {
                ("", _) => self.all(args.next(), unit),
                (_, Ok(path)) => self.expr(&path, unit),
                _ => self.out.push_str(UNKNOWN),
            }
            rest = after;
        }
        self.out.push_str(rest);
    }
}

fn is_everyone(pat: &syn::Pat) -> bool {
    matches!(pat, syn::Pat::Path(path) if path.path.segments.last().unwrap().ident == "Everyone")
}

/// Where a name is used. A name within the text of a macro is used at its end.
fn used(path: &syn::ExprPath) -> LineColumn {
    let at = path.span().start();
    if at.line > 1 { at } else { LineColumn { line: usize::MAX, column: 0 } }
}

/// The type that a variable is called after.
fn capitalized(name: &str) -> String {
    name[..1].to_uppercase() + &name[1..]
}

fn module_of(path: &syn::Path) -> Option<String> {
    path.segments.iter().rev().nth(1).map(|segment| segment.ident.to_string())
}
