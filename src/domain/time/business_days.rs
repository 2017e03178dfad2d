//! Deadlines in business days: Monday to Friday without the federal holidays of the United States (5 U.S.C. 6103).

use bdays::HolidayCalendar;
use bdays::calendars::us::USSettlement;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::timestamp::Timestamp;

/// So many business days a request not to be contacted may take: 47 CFR 64.1200(a)(10) and (d)(3).
pub const DNC_BUSINESS_DAYS: u32 = 10;

/// When a request that was received at `received` must be honoured at the latest: the end of the tenth business day
/// after the day of its receipt, in `zone`.
pub fn dnc_deadline(received: Timestamp, zone: &TimeZone) -> Timestamp {
    let received = received.to_jiff();
    let deadline = || {
        let day = after(received.to_zoned(zone.clone()).date(), DNC_BUSINESS_DAYS)?;
        day.at(23, 59, 59, 0).to_zoned(zone.clone()).ok()
    };
    // Beyond the calendar there is no later day.
    deadline().map_or(Timestamp::from(received), |end| end.timestamp().into())
}

/// The business day that is `count` business days after `date`; `None` beyond the calendar.
fn after(date: Date, count: u32) -> Option<Date> {
    let mut day = date;
    let mut left = count;
    while left > 0 {
        day = day.tomorrow().ok()?;
        left -= u32::from(is_business_day(day));
    }
    Some(day)
}

/// How many business days lie after `from` up to and with `to`; negative when `to` is earlier.
pub fn between(from: Date, to: Date) -> i64 {
    let (first, last, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
    let days = std::iter::successors(first.tomorrow().ok(), |day| day.tomorrow().ok()).take_while(|day| *day <= last);
    sign * days.filter(|day| is_business_day(*day)).count() as i64
}

fn is_business_day(date: Date) -> bool {
    let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
    chrono::NaiveDate::from_ymd_opt(date.year().into(), month.into(), day.into())
        .is_some_and(|date| USSettlement.is_bday(date))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(received: &str, zone: &str) -> String {
        let received: jiff::Timestamp = received.parse().unwrap();
        dnc_deadline(received.into(), &TimeZone::get(zone).unwrap()).to_string()
    }

    #[test]
    fn ten_business_days_across_weekends_holidays_and_years() {
        for (received, deadline) in [
            // A Wednesday without holidays: two weeks.
            ("2026-03-04T12:00:00Z", "2026-03-18T23:59:59Z"),
            // Friday, Saturday and Sunday have the same first business day after them, or the day itself passed.
            ("2026-03-06T12:00:00Z", "2026-03-20T23:59:59Z"),
            ("2026-03-07T12:00:00Z", "2026-03-20T23:59:59Z"),
            ("2026-03-08T12:00:00Z", "2026-03-20T23:59:59Z"),
            // Thanksgiving (26 November).
            ("2026-11-20T12:00:00Z", "2026-12-07T23:59:59Z"),
            // Christmas and New Year's Day, both on Fridays.
            ("2026-12-21T12:00:00Z", "2027-01-06T23:59:59Z"),
            // Independence Day on a Saturday is observed on Friday, 3 July; Juneteenth is a Friday.
            ("2026-06-18T12:00:00Z", "2026-07-06T23:59:59Z"),
            // New Year's Day 2022 on a Saturday was observed on Friday, 31 December 2021; Christmas on the 24th.
            ("2021-12-20T12:00:00Z", "2022-01-05T23:59:59Z"),
            // Martin Luther King and Washington's Birthday.
            ("2026-01-15T12:00:00Z", "2026-01-30T23:59:59Z"),
            ("2026-02-13T12:00:00Z", "2026-03-02T23:59:59Z"),
        ] {
            assert_eq!(due(received, "UTC"), deadline, "{received}");
        }
    }

    #[test]
    fn the_day_of_receipt_is_the_organization_s() {
        // Late on Tuesday in New York, Wednesday in UTC.
        assert_eq!(due("2026-03-04T02:00:00Z", "America/New_York"), "2026-03-18T03:59:59Z");
        assert_eq!(due("2026-03-04T02:00:00Z", "UTC"), "2026-03-18T23:59:59Z");
    }

    #[test]
    fn business_days_are_counted_in_both_directions() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(between(date("2026-03-04"), date("2026-03-18")), 10);
        assert_eq!(between(date("2026-03-18"), date("2026-03-04")), -10);
        assert_eq!(between(date("2026-03-06"), date("2026-03-08")), 0);
        for start in ["2026-03-04", "2026-11-20", "2026-12-31"] {
            let start = date(start);
            assert_eq!(after(start, 10).map(|end| between(start, end)), Some(10));
        }
        assert_eq!(after(Date::MAX, 10), None);
    }
}
