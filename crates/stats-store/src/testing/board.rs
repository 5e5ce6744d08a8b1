//! What is asked about leaderboards.

use workout_events::types::user::{UserErased, UserVisibilityChanged};
use workout_events::{ActivityType, UserId, WorkoutId};

use super::events::{any, fact, performed};
use super::suite::Store;
use crate::{Board, RankedBy, Span};

impl Store {
    /// The workouts of the tests begin on a Tuesday, 2023-11-14.
    pub(super) async fn a_leaderboard_shows_who_wants_to_be_shown(&self) {
        let (ann, bob, cid) = (UserId::generate(), UserId::generate(), UserId::generate());
        let run =
            |user, seconds, metres| fact(performed(WorkoutId::generate(), user, seconds, None).distance_m(metres));
        let _ = self.write(&[run(ann, 60, 5), run(ann, 60, 5), run(bob, 90, 10), run(cid, 900, 100)]).await;
        let listed = |user, second, listed| any(UserVisibilityChanged::new(user).leaderboard(listed), second);
        let named = any(UserVisibilityChanged::new(ann).leaderboard(true).display_name("Ann"), 10);
        let _ = self.write(&[named, listed(bob, 10, true)]).await;
        let board = async |span, day: &str, by, activity: Option<ActivityType>| {
            let board = Board::new(span, day.parse().expect("a date"), by).limit(Board::MAX);
            let board = activity.map_or(board, |activity| board.activity(activity));
            let ranked = self.reader.leaderboard(&board).await.expect("the store reads");
            let ours = ranked.into_iter().filter(|ranked| [ann, bob, cid].contains(&ranked.user_id));
            ours.map(|ranked| (ranked.user_id, ranked.display_name, ranked.value)).collect::<Vec<_>>()
        };
        let name = || Some("Ann".to_owned());
        let (running, seconds, metres) = (Some(ActivityType::Running), RankedBy::DurationS, RankedBy::DistanceM);
        let longest = [(ann, name(), 120), (bob, None, 90)];
        let mut furthest = [(ann, name(), 10), (bob, None, 10)];
        furthest.sort_by_key(|(user, ..)| *user);
        assert_eq!(board(Span::Week, "2023-11-19", seconds, None).await, longest);
        assert_eq!(board(Span::Week, "2023-11-20", seconds, None).await, []);
        assert_eq!(board(Span::Month, "2023-11-01", seconds, running).await, longest);
        assert_eq!(board(Span::Year, "2023-01-01", metres, None).await, furthest);
        assert_eq!(board(Span::Ever, "1999-01-01", metres, running).await, furthest);
        assert_eq!(board(Span::Ever, "1999-01-01", metres, Some(ActivityType::Yoga)).await, []);
        // Who is shown is what was said last, and what is done after that counts.
        let _ = self.write(&[listed(ann, 20, false), listed(cid, 20, true), run(bob, 1, 1), run(ann, 999, 1)]).await;
        assert_eq!(board(Span::Week, "2023-11-13", seconds, None).await, [(cid, None, 900), (bob, None, 91)]);
        let _ = self.write(&[any(UserErased::new(cid), 0)]).await;
        assert_eq!(board(Span::Week, "2023-11-13", seconds, None).await, [(bob, None, 91)]);
    }
}
