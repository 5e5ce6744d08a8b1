//! The walk through both schemas at once, from the root of a message down to its leaves.

use serde_json::Value;

use super::accept::Judge;
use super::document::{Document, Node};
use super::trust::Trust;
use super::{Break, Rule, array, bounds, constraint, example, object, scalar, types};

/// One step from a value to a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step<'a> {
    Root,
    Field(&'a str),
    Item,
}

/// Where the walk stands: both schemas of the same value, and the step that led to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    pub(super) step: Step<'a>,
    pub(super) released: &'a Value,
    pub(super) current: &'a Value,
}

/// Both nodes of the same value.
#[derive(Debug)]
pub(super) struct Pair<'a> {
    pub(super) released: Node<'a>,
    pub(super) current: Node<'a>,
}

impl<'a> Pair<'a> {
    pub(super) fn get(&self, keyword: &str) -> [Option<&'a Value>; 2] {
        [self.released.get(keyword), self.current.get(keyword)]
    }
}

/// The state of one comparison.
#[derive(Debug)]
pub(super) struct Differ<'a> {
    pub(super) released: Document<'a>,
    pub(super) current: Document<'a>,
    pub(super) frames: Vec<Frame<'a>>,
    trust: Trust,
    found: Vec<Break>,
}

impl<'a> Differ<'a> {
    pub(super) fn new(released: &'a Value, current: &'a Value) -> Self {
        let [released, current] = [released, current].map(|root| Document { root });
        Self { released, current, frames: Vec::new(), trust: Trust::of(released), found: Vec::new() }
    }

    pub(super) fn run(mut self) -> Vec<Break> {
        self.visit(Step::Root, self.released.root, self.current.root);
        self.found
    }

    /// Compares the two schemas of the value that `step` leads to.
    pub(super) fn visit(&mut self, step: Step<'a>, released: &'a Value, current: &'a Value) {
        let pair = Pair { released: self.released.node(released), current: self.current.node(current) };
        let [released, current] = [pair.released.schema, pair.current.schema];
        // A pair within itself is a recursive type: whatever breaks it is found at the outer one.
        if self.frames.iter().any(|f| std::ptr::eq(f.released, released) && std::ptr::eq(f.current, current)) {
            return;
        }
        self.frames.push(Frame { step, released, current });
        if types::compare(self, &pair) {
            scalar::compare(self, &pair);
            bounds::compare(self, &pair);
            object::compare(self, &pair);
            array::compare(self, &pair);
            constraint::compare_others(self, &pair);
        }
        self.frames.pop();
    }

    /// Records a break of the value at hand, or of its field `below`. Of the `values`, each one for the value at hand,
    /// the first that exactly one side accepts makes the example.
    pub(super) fn report(&mut self, rule: Rule, below: Option<&str>, message: String, values: &[Value]) {
        let [released, current] = self.judges();
        let example = example::find(released, current, &self.frames, values);
        let steps = self.frames.iter().map(|frame| frame.step).chain(below.map(Step::Field));
        let pointer = steps.map(Step::token).collect();
        self.found.push(Break { rule, pointer, message, example });
    }

    /// The released and the current document, as judges of instances.
    pub(super) fn judges(&self) -> [Judge<'a, '_>; 2] {
        [self.released, self.current].map(|document| Judge::new(document, &self.trust))
    }
}

impl Step<'_> {
    fn token(self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Field(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
            Self::Item => "/0".to_owned(),
        }
    }
}
