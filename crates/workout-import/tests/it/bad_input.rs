//! What cannot be taken is named, and harms nothing else.

use workout_import::{FileError, Format, Reason};

use crate::files::{HEVY_KG, STRONG_IOS, options, read};

const HEAD: &str = "title,start_time,end_time,exercise_title,set_index,set_type,weight_kg,reps,duration_seconds,rpe";

/// Expects this line and reason of a row that stands between two good workouts, which stay.
#[track_caller]
fn check(row: &str, want: Reason) {
    let good = |day: &str| format!("A,\"{day} Apr 2025, 06:00\",\"{day} Apr 2025, 07:00\",Squat,0,normal,100,5,,");
    let file = [HEAD.to_owned(), good("1"), row.to_owned(), good("3")].join("\n");
    let imported = read(Format::Hevy, &file);
    let lines: Vec<_> = imported.workouts.iter().map(|(line, _)| *line).collect();
    let rejected: Vec<_> = imported.rejected.into_iter().map(|rejected| (rejected.line, rejected.reason)).collect();
    assert_eq!((lines, rejected), (vec![2, 4], vec![(3, want)]), "{row}");
}

#[test]
fn a_bad_line_rejects_its_workout_and_no_other() {
    let row = |rest: &str| format!("B,\"2 Apr 2025, 06:00\",\"2 Apr 2025, 07:00\",{rest}");
    check(&row("Squat,0,normal,a,5,,"), Reason::NotANumber("weight_kg"));
    check(&row("Squat,0,normal,\"1,000\",5,,"), Reason::AmbiguousNumber("weight_kg"));
    check(&row("Squat,0,normal,1e3,5,,"), Reason::NotANumber("weight_kg"));
    check(&row("Squat,0,normal,100,5.5,,"), Reason::NotWhole("reps"));
    check(&row("Squat,0,normal,100,-5,,"), Reason::Negative("reps"));
    check(&row("Squat,0,normal,100,99999,,"), Reason::TooLarge("reps"));
    check(&row("Squat,0,normal,9999999999,5,,"), Reason::TooLarge("weight_kg"));
    check(&row("Squat,0,normal,100,5,,8.25"), Reason::NotTenths("rpe"));
    check(&row("Squat,0,juggled,100,5,,"), Reason::Unknown("set_type"));
    check(&row("Squat,first,normal,100,5,,"), Reason::NotANumber("set_index"));
    check(&row(",0,normal,100,5,,"), Reason::Empty("exercise_title"));
    check(&row("Squat,0,nor"), Reason::Cells { found: 6, wanted: 10 });
    check("B,soon,,Squat,0,normal,100,5,,", Reason::NotATime("start_time"));
    check("B,\"30 Feb 2025, 06:00\",,Squat,0,normal,100,5,,", Reason::NotATime("start_time"));
    check("B,\"2 Apr 1925, 06:00\",,Squat,0,normal,100,5,,", Reason::Year("start_time"));
    check("B,03/04/2025 06:00,,Squat,0,normal,100,5,,", Reason::AmbiguousDate("start_time"));
    check("B,\"2 Apr 2025, 06:00\",later,Squat,0,normal,100,5,,", Reason::NotATime("end_time"));
    let zone = "Europe/Berlin".parse().unwrap();
    check(
        "B,\"30 Mar 2025, 02:30\",\"30 Mar 2025, 04:00\",Squat,0,normal,100,5,,",
        Reason::NoSuchTime { column: "start_time", zone },
    );
}

#[test]
fn a_line_may_break_its_workout_after_good_ones() {
    let row = |index: usize, reps: &str, end: &str| {
        format!("B,\"2 Apr 2025, 06:00\",\"2 Apr 2025, {end}\",Squat,{index},normal,100,{reps},,")
    };
    let file = |rows: &[String]| [&[HEAD.to_owned()], rows].concat().join("\n");
    let rejected = |file: &str| {
        let imported = read(Format::Hevy, file);
        assert_eq!(imported.workouts, []);
        imported.rejected.into_iter().map(|rejected| (rejected.line, rejected.reason.to_string())).collect::<Vec<_>>()
    };
    let differs = rejected(&file(&[row(0, "5", "07:00"), row(1, "5", "07:30")]));
    assert_eq!(differs, [(3, "end_time differs from that of the other rows of the workout".to_owned())]);
    // What the contract refuses is on the line of the set.
    let many = rejected(&file(&[row(0, "5", "07:00"), row(1, "1001", "07:00")]));
    assert_eq!(many[0].0, 3);
    assert!(many[0].1.contains("/data/exercises/0/sets/1/reps") && many[0].1.contains("above_maximum"), "{many:?}");
    let backwards = rejected(&file(&[row(0, "5", "05:00")]));
    assert!(backwards[0].0 == 2 && backwards[0].1.contains("end_not_after_start"), "{backwards:?}");
    let rows: Vec<_> = (0..501).map(|index| row(index, "5", "07:00")).collect();
    assert!(rejected(&file(&rows))[0].1.contains("too_many"));
}

#[test]
fn a_set_of_nothing_is_left_out_and_told() {
    let row = |index: usize, weight: &str| {
        format!("B,\"2 Apr 2025, 06:00\",\"2 Apr 2025, 07:00\",Squat,{index},normal,{weight},,,")
    };
    let imported = read(Format::Hevy, &[HEAD.to_owned(), row(0, "100"), row(1, ""), row(2, "0")].join("\n"));
    assert_eq!((imported.rejected.len(), &imported.empty_sets[..]), (0, &[3][..]));
    let sets = &imported.workouts[0].1.exercises[0].sets;
    assert_eq!(sets.iter().map(|set| (set.index, set.load_g)).collect::<Vec<_>>(), [(0, Some(100_000)), (1, Some(0))]);
}

#[test]
fn bytes_that_are_no_text_reject_their_workout() {
    let mut file = HEVY_KG.as_bytes().to_vec();
    let place = file.windows(7).position(|part| part == b"Running").unwrap();
    file[place] = 0xff;
    let imported = Format::Hevy.read(&*file, &options()).unwrap();
    assert_eq!((imported.workouts.len(), imported.rejected.len()), (2, 1));
    assert_eq!(imported.rejected[0].reason, Reason::NotUtf8);
}

#[test]
fn a_quotation_that_is_not_closed_is_told() {
    let file = HEVY_KG.replace("\"Run\",\"29", "\"Run\",\"\"29");
    let imported = read(Format::Hevy, &file);
    assert!(!imported.rejected.is_empty());
    let good = |day: &str| format!("A,\"{day} Apr 2025, 06:00\",\"{day} Apr 2025, 07:00\",Squat,0,normal,100,5,,");
    let imported = read(Format::Hevy, &[HEAD.to_owned(), good("1"), "B,\"2 Apr".to_owned(), good("3")].join("\n"));
    assert_eq!(imported.workouts.len(), 1);
    assert_eq!((imported.rejected[0].line, &imported.rejected[0].reason), (3, &Reason::OpenQuotation));
    let open = HEVY_KG.replacen("Присед\"", "Присед", 1);
    let imported = read(Format::Hevy, &open);
    assert_eq!((imported.workouts.len(), imported.rejected.len()), (2, 1), "{:?}", imported.rejected);
}

#[test]
fn another_file_is_not_read_at_all() {
    #[track_caller]
    fn check(file: &[u8], want: &str) {
        let error = Format::Hevy.read(file, &options()).unwrap_err();
        assert_eq!(error.to_string(), want);
    }
    check(b"", "it is empty");
    check(b"\xef\xbb\xbf", "it is empty");
    check(b" \r\n\n", "it is empty");
    let text = "it is not UTF-8 text: save it as CSV in UTF-8";
    check(&[0, 1, 2, 3, 0xff, b'\n', 7], text);
    check(b"\xff\xfet\0i\0t\0l\0e\0,\0", text);
    check(&vec![b'x'; 10_000_000], text);
    check(STRONG_IOS.as_bytes(), "it is no CSV export of Hevy: the column \"title\" is missing");
    check(b"title,start_time\n", "it is no CSV export of Hevy: the column \"exercise_title\" is missing");
    let error = Format::Strong.read(HEVY_KG.as_bytes(), &options()).unwrap_err();
    assert!(matches!(error, FileError::Columns { app: "Strong", missing: "Date" }), "{error}");
    // A head alone is an export of nothing.
    assert_eq!(read(Format::Hevy, HEAD).workouts, []);
}

#[test]
fn an_input_that_fails_is_not_a_file_that_ends() {
    struct Failing;
    impl std::io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("gone"))
        }
    }
    let input = std::io::Read::chain(HEVY_KG.as_bytes(), Failing);
    assert!(matches!(Format::Hevy.read(input, &options()), Err(FileError::Io(_))));
}
