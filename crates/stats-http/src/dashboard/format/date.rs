//! Dates that mean the same on both sides of an ocean: the month is a word.

use stats_store::Day;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn weekday(of: Day) -> &'static str {
    WEEKDAYS[usize::from(of.date().weekday().to_monday_zero_offset().unsigned_abs())]
}

fn month_name(of: Day) -> &'static str {
    MONTHS[usize::from(of.date().month().unsigned_abs()).saturating_sub(1)]
}

/// `Sat 21 Nov`, and the year where it is not that of `today`.
pub(crate) fn day(of: Day, today: Day) -> String {
    if of.date().year() == today.date().year() {
        format!("{} {} {}", &weekday(of)[..3], of.date().day(), &month_name(of)[..3])
    } else {
        day_with_year(of)
    }
}

/// `21 Nov 2026`.
pub(crate) fn day_with_year(of: Day) -> String {
    format!("{} {} {}", of.date().day(), &month_name(of)[..3], of.date().year())
}

/// `Nov 2026`, or the bare `Nov`.
pub(crate) fn month(of: Day, with_year: bool) -> String {
    let name = &month_name(of)[..3];
    if with_year { format!("{name} {}", of.date().year()) } else { name.to_owned() }
}

/// `Mon`.
pub(crate) fn weekday_letter(of: Day) -> &'static str {
    &weekday(of)[..3]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_is_said_where_it_is_another_one() {
        let of = |text: &str| text.parse::<Day>().expect("a date");
        assert_eq!(day(of("2026-11-21"), of("2026-01-01")), "Sat 21 Nov");
        assert_eq!(day(of("2025-12-31"), of("2026-01-01")), "31 Dec 2025");
        assert_eq!(month(of("2026-02-01"), true), "Feb 2026");
    }
}
