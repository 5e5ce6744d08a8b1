//! What is asked about people: their days, their wishes, lists, moments, and being forgotten.

use workout_events::jiff::Timestamp;
use workout_events::types::user::{UserErased, UserPreferencesChanged};
use workout_events::{UserId, WorkoutId};

use super::events::{any, deleted, fact, performed};
use super::suite::Store;
use crate::Effect::{Applied, Duplicate, Erased, Superseded};
use crate::{Days, Totals, WorkoutFilter};

impl Store {
    pub(super) async fn people_are_counted_by_their_own_days(&self) {
        self.a_change_of_the_hour_moves_all_days().await;
        self.whoever_was_erased_stays_erased().await;
        self.a_workout_that_was_moved_to_an_erased_person_does_not_come_back().await;
        self.whoever_is_forgotten_takes_nothing_away_from_others().await;
        self.a_moment_changes_when_something_does().await;
        self.what_was_known_before_a_change_is_known_again().await;
        self.pages_neither_repeat_nor_skip().await;
        self.a_leaderboard_shows_who_wants_to_be_shown().await;
        self.a_workout_comes_back_as_it_was_said_to_its_person_only().await;
        self.every_revision_is_remembered_and_forgotten_with_its_person().await;
    }

    /// The workouts of the tests begin on 2023-11-14 at 22:13:20 UTC.
    async fn a_change_of_the_hour_moves_all_days(&self) {
        let user = UserId::generate();
        assert_eq!(self.write(&[fact(performed(WorkoutId::generate(), user, 60, None))]).await, [Applied]);
        let day = async || {
            let days = self.reader.days(user, Days::ALL).await.expect("the store reads").value;
            days.iter().map(|sums| sums.day.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(day().await, ["2023-11-14"]);
        let wish = |second, hour| any(UserPreferencesChanged::new(user).day_start_hour(hour), second);
        let (early, late) = (wish(10, 5), wish(20, 23));
        assert_eq!(self.write(std::slice::from_ref(&late)).await, [Applied]);
        assert_eq!(day().await, ["2023-11-13"]);
        // What was said before that comes too late, and is what counts for nobody.
        assert_eq!(self.write(&[early, late]).await, [Superseded, Duplicate]);
        assert_eq!(day().await, ["2023-11-13"]);
        assert_eq!(self.write(&[fact(performed(WorkoutId::generate(), user, 60, None))]).await, [Applied]);
        assert_eq!(day().await, ["2023-11-13"]);
        assert_eq!(self.write(&[wish(30, 22)]).await, [Applied]);
        assert_eq!(day().await, ["2023-11-14"]);
        let sums = self.reader.sums(user, Days::ALL).await.expect("the store reads").value;
        assert_eq!(sums.iter().map(|sums| sums.sums.workouts).sum::<i64>(), 2);
    }

    /// Also what a deletion has taken away that names nobody, and an edit that gave it to somebody else.
    async fn what_was_known_before_a_change_is_known_again(&self) {
        let (user, other) = (UserId::generate(), UserId::generate());
        let ids = [(); 4].map(|()| WorkoutId::generate());
        let first: Vec<_> = ids[..3].iter().map(|id| fact(performed(*id, user, 60, None))).collect();
        let later = [
            deleted(ids[0], 2),
            fact(performed(ids[1], other, 60, None).revision(2)),
            fact(performed(ids[2], user, 90, None).revision(2)),
            fact(performed(ids[3], user, 30, None)),
        ];
        let as_of =
            async || self.reader.lifetime(user).await.expect("the store reads").as_of.changed_at.expect("a time");
        let known = async |at| {
            let then = self.reader.known_at(user, at).await.expect("the store remembers");
            then.totals(user).await.expect("the store in memory reads")
        };
        let _ = self.write(&first).await;
        let mut known_at = vec![(as_of().await, self.reader.totals(user).await.expect("the store reads"))];
        for fact in later {
            let before = as_of().await;
            while Timestamp::now() <= before {
                tokio::task::yield_now().await;
            }
            assert_eq!(self.write(&[fact]).await, [Applied]);
            known_at.push((as_of().await, self.reader.totals(user).await.expect("the store reads")));
        }
        for (at, totals) in known_at {
            assert_eq!(known(at).await, totals, "{at}");
        }
        assert_eq!(known(Timestamp::UNIX_EPOCH).await, Totals::new(0, 0, None));
    }

    async fn whoever_was_erased_stays_erased(&self) {
        let (user, other) = (UserId::generate(), UserId::generate());
        let (edited, gone) = (WorkoutId::generate(), WorkoutId::generate());
        let facts = [
            fact(performed(edited, user, 60, Some(10))),
            fact(performed(edited, user, 90, Some(10)).revision(2)),
            fact(performed(gone, user, 30, None)),
            deleted(gone, 2),
            fact(performed(WorkoutId::generate(), other, 30, None)),
        ];
        let _ = self.write(&facts).await;
        self.has(user, Totals::new(1, 90, Some(10))).await;
        assert_eq!(
            self.write(&[any(UserErased::new(user), 0), any(UserErased::new(user), 1)]).await,
            [Applied, Duplicate]
        );
        assert_eq!(self.write(&facts).await, [Erased, Erased, Erased, Duplicate, Duplicate]);
        assert_eq!(self.write(&[any(UserPreferencesChanged::new(user).day_start_hour(3), 0)]).await, [Erased]);
        self.has(user, Totals::new(0, 0, None)).await;
        self.has(other, Totals::new(1, 30, None)).await;
        let left = self.reader.workouts(user, &WorkoutFilter::new(10)).await.expect("the store reads").value;
        assert_eq!(left, []);
    }

    /// In either order.
    async fn a_workout_that_was_moved_to_an_erased_person_does_not_come_back(&self) {
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1]] {
            let (from, to, workout) = (UserId::generate(), UserId::generate(), WorkoutId::generate());
            let facts = [
                fact(performed(workout, from, 60, None)),
                fact(performed(workout, to, 60, None).revision(2)),
                any(UserErased::new(to), 0),
            ];
            for index in order {
                let _ = self.write(&facts[index..=index]).await;
            }
            self.has(from, Totals::new(0, 0, None)).await;
            self.has(to, Totals::new(0, 0, None)).await;
        }
    }

    /// Two people claim a revision. The one who came first has it, also after the other is forgotten.
    async fn whoever_is_forgotten_takes_nothing_away_from_others(&self) {
        let (one, other, workout) = (UserId::generate(), UserId::generate(), WorkoutId::generate());
        let _ = self.write(&[fact(performed(workout, one, 60, None)), any(UserErased::new(other), 0)]).await;
        assert_eq!(self.write(&[fact(performed(workout, other, 60, None))]).await, [Erased]);
        self.has(one, Totals::new(1, 60, None)).await;
        self.has(other, Totals::new(0, 0, None)).await;
    }

    async fn a_moment_changes_when_something_does(&self) {
        let user = UserId::generate();
        let version = async || self.reader.lifetime(user).await.expect("the store reads").as_of.version;
        assert_eq!(version().await, 0);
        let one = fact(performed(WorkoutId::generate(), user, 60, None));
        let _ = self.write(std::slice::from_ref(&one)).await;
        let first = version().await;
        assert!(first > 0);
        let _ = self.write(std::slice::from_ref(&one)).await;
        assert_eq!(version().await, first, "a duplicate changes nothing");
        let _ = self.write(&[fact(performed(WorkoutId::generate(), user, 60, None))]).await;
        assert!(version().await > first);
        let days = self.reader.days(user, Days::ALL).await.expect("the store reads");
        assert_eq!(days.as_of.version, version().await, "whatever is asked, the moment is that of the person");
    }

    async fn pages_neither_repeat_nor_skip(&self) {
        let user = UserId::generate();
        // They all begin at the same time, which is when pages go wrong.
        let facts: Vec<_> = (1..=7).map(|n| fact(performed(WorkoutId::generate(), user, n, None))).collect();
        let _ = self.write(&facts).await;
        let mut listed = Vec::new();
        let mut filter = WorkoutFilter::new(3);
        loop {
            let page = self.reader.workouts(user, &filter).await.expect("the store reads").value;
            let Some(last) = page.last() else { break };
            filter = filter.after(last);
            listed.extend(page);
        }
        let mut seconds: Vec<_> = listed.iter().map(|workout| workout.duration_s).collect();
        assert!(listed.windows(2).all(|pair| pair[0].workout_id > pair[1].workout_id));
        seconds.sort_unstable();
        assert_eq!(seconds, [1, 2, 3, 4, 5, 6, 7]);
        let explained = self.reader.explain(user, Days::ALL, None).await.expect("the store reads").value;
        assert_eq!(explained, listed);
    }

    async fn a_workout_comes_back_as_it_was_said_to_its_person_only(&self) {
        let (user, other, workout) = (UserId::generate(), UserId::generate(), WorkoutId::generate());
        let whole = async |user| self.reader.workout(user, workout).await.expect("the store reads").value;
        assert_eq!(whole(user).await, None);
        let edit = performed(workout, user, 90, Some(7)).revision(2).title("Évening \"run\" 🏃".to_owned());
        let second = performed(WorkoutId::generate(), user, 30, None);
        let _ = self.write(&[performed(workout, user, 60, None), edit.clone(), second.clone()].map(fact)).await;
        assert_eq!(whole(other).await, None);
        assert_eq!(whole(user).await.map(|found| found.data), Some(edit.clone()));

        let all = self.reader.workouts(user, &WorkoutFilter::new(10)).await.expect("the store reads").value;
        let mut listed = Vec::new();
        let mut filter = WorkoutFilter::new(1);
        loop {
            let page = self.reader.whole_workouts(user, &filter).await.expect("the store reads").value;
            let Some(last) = page.last() else { break };
            filter = filter.after(&last.brief);
            listed.extend(page);
        }
        assert_eq!(listed.iter().map(|whole| whole.brief).collect::<Vec<_>>(), all);
        let mut said: Vec<_> = listed.into_iter().map(|whole| whole.data).collect();
        said.sort_by_key(|data| data.revision);
        assert_eq!(said, [second, edit]);

        let _ = self.write(&[deleted(workout, 2)]).await;
        assert_eq!(whole(user).await, None);
    }

    async fn every_revision_is_remembered_and_forgotten_with_its_person(&self) {
        let (user, other, workout) = (UserId::generate(), UserId::generate(), WorkoutId::generate());
        let revisions = async |user| self.reader.revisions(user, workout).await.expect("the store reads").value;
        assert_eq!(revisions(user).await, []);
        let said: Vec<_> = (1..=4).map(|n| performed(workout, user, i64::from(n), None).revision(n)).collect();
        for number in [2, 0, 1, 3] {
            let _ = self.write(&[fact(said[number].clone())]).await;
        }
        assert_eq!(revisions(user).await, said);
        assert_eq!(revisions(other).await, []);
        let _ = self.write(&[deleted(workout, 4)]).await;
        assert_eq!(revisions(user).await, said, "a deletion takes away nothing of what was said");
        let _ = self.write(&[any(UserErased::new(user), 0)]).await;
        assert_eq!(revisions(user).await, []);
    }
}
