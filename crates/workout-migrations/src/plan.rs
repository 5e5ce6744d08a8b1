//! What is to do, from what is recorded and what is known.

use crate::error::Kind;
use crate::migration::{Migration, Migrations, Report};

/// A row of the bookkeeping.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    pub(crate) version: i64,
    pub(crate) name: String,
    pub(crate) checksum: i64,
    pub(crate) compatible: bool,
}

/// The columns of a row in the order of its fields.
pub(crate) type Columns = (i64, String, i64, bool);

impl From<Columns> for Recorded {
    fn from((version, name, checksum, compatible): Columns) -> Self {
        Self { version, name, checksum, compatible }
    }
}

/// What is missing, with its versions; and what will be there afterwards.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) missing: Vec<(i64, &'static Migration)>,
    pub(crate) report: Report,
}

impl Migrations {
    /// Compares what is recorded, in the order of the versions, with what this program knows.
    pub(crate) fn plan(&self, recorded: &[Recorded]) -> Result<Plan, Kind> {
        for (row, version) in recorded.iter().zip(1..) {
            if row.version != version {
                return Err(Kind::Gap { schema: self.name, version });
            }
        }
        for (row, known) in recorded.iter().zip(self.all) {
            if row.checksum != known.checksum() {
                return Err(Kind::Changed { schema: self.name, version: row.version, name: row.name.clone() });
            }
        }
        let unknown = recorded.get(self.all.len()..).unwrap_or_default();
        if let Some(row) = unknown.iter().find(|row| !row.compatible) {
            let (version, name) = (row.version, row.name.clone());
            return Err(Kind::Newer { schema: self.name, version, name, known: self.all.len() });
        }
        let missing: Vec<_> = (1..).zip(self.all).skip(recorded.len()).collect();
        let report = Report {
            version: count(recorded.len() + missing.len()),
            applied: count(missing.len()),
            ahead: count(unknown.len()),
        };
        Ok(Plan { missing, report })
    }
}

fn count(migrations: usize) -> u32 {
    u32::try_from(migrations).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: Migrations = Migrations::new(
        "notes",
        &[Migration::new("one", "1"), Migration::new("two", "2"), Migration::new("three", "3").compatible()],
    );

    fn recorded() -> Vec<Recorded> {
        let rows = (1..).zip(THREE.all);
        let row = |(version, it): (i64, &Migration)| {
            Recorded::from((version, it.name.to_owned(), it.checksum(), it.compatible))
        };
        rows.map(row).collect()
    }

    /// A program that knows so many of them meets a database that has so many.
    #[track_caller]
    fn meets(known: usize, found: usize) -> Result<Plan, Kind> {
        Migrations { all: &THREE.all[..known], ..THREE }.plan(&recorded()[..found])
    }

    #[test]
    fn what_is_missing_is_applied_in_order() {
        let plan = meets(3, 1).unwrap();
        assert_eq!(
            plan.missing.iter().map(|(version, it)| (*version, it.name)).collect::<Vec<_>>(),
            [(2, "two"), (3, "three")]
        );
        assert_eq!(plan.report, Report { version: 3, applied: 2, ahead: 0 });
        assert_eq!(meets(3, 3).unwrap().report, Report { version: 3, applied: 0, ahead: 0 });
    }

    #[test]
    fn an_old_program_goes_on_beside_compatible_migrations_only() {
        assert_eq!(meets(2, 3).unwrap().report, Report { version: 3, applied: 0, ahead: 1 });
        let error = meets(1, 3).unwrap_err();
        assert!(matches!(&error, Kind::Newer { version: 2, name, known: 1, .. } if name == "two"), "{error:?}");
    }

    #[test]
    fn an_edited_migration_and_a_gap_are_refused() {
        let mut rows = recorded();
        rows[1].checksum += 1;
        assert!(matches!(THREE.plan(&rows), Err(Kind::Changed { version: 2, .. })));
        let mut rows = recorded();
        rows.remove(1);
        assert!(matches!(THREE.plan(&rows), Err(Kind::Gap { version: 2, .. })));
    }
}
