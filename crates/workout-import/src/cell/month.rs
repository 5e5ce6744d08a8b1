//! Names of months, which apps write in the language of the phone.

/// The first letters, without what stands above or below them, in English, German, French, Spanish, Portuguese, Italian,
/// Dutch, Polish, Turkish and Russian. No three letters are two months, except `jui`, of which French has two.
const NAMES: [&[&str]; 12] = [
    &["jan", "ene", "gen", "sty", "oca", "янв"],
    &["feb", "fev", "lut", "sub", "фев"],
    &["mar", "maa", "mrt", "mrz", "мар"],
    &["apr", "avr", "abr", "kwi", "nis", "апр"],
    &["may", "mai", "mag", "mei", "maj", "мая", "май"],
    &["jun", "juin", "giu", "cze", "haz", "июн"],
    &["jul", "juil", "lug", "lip", "tem", "июл"],
    &["aug", "ago", "aou", "sie", "agu", "авг"],
    &["sep", "set", "wrz", "eyl", "сен"],
    &["oct", "okt", "out", "ott", "paz", "eki", "окт"],
    &["nov", "lis", "kas", "ноя"],
    &["dec", "dez", "dic", "gru", "ara", "дек"],
];

/// The number of a month, from its name or how it begins.
pub(super) fn month(name: &str) -> Option<i8> {
    let name: String = name.to_lowercase().chars().map(plain).collect();
    let is_it = |names: &&[&str]| names.iter().any(|known| name.starts_with(known));
    let place = NAMES.iter().position(is_it)?;
    i8::try_from(place + 1).ok()
}

fn plain(c: char) -> char {
    match c {
        'ä' | 'á' | 'à' | 'â' => 'a',
        'é' | 'è' | 'ê' => 'e',
        'û' | 'ü' | 'ú' => 'u',
        'ç' => 'c',
        'ğ' => 'g',
        'ş' => 's',
        'ź' => 'z',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_known_in_the_languages_of_the_apps() {
        #[track_caller]
        fn check(names: &str, want: i8) {
            for name in names.split(' ') {
                assert_eq!(month(name), Some(want), "{name}");
            }
        }
        check("Jan January Januar janvier janv enero ene gennaio stycznia Ocak январь", 1);
        check("Feb février févr fev lutego Şubat фев", 2);
        check("Mar March März mars maart mrt marzo Mart марта", 3);
        check("Apr avril avr abr kwietnia Nisan апр", 4);
        check("May Mai mayo maggio mei maj мая", 5);
        check("Jun juin giugno czerwca Haziran июня", 6);
        check("Jul juillet juil luglio lipca Temmuz июль", 7);
        check("Aug août ago agosto sierpnia Ağustos авг", 8);
        check("Sep Sept set wrz Eylül сент", 9);
        check("Oct Okt out ottobre paź Ekim окт", 10);
        check("Nov listopada Kasım ноябрь", 11);
        check("Dec Dez déc dic dicembre grudnia Aralık дек", 12);
        for no in ["", "m", "xyz", "jui"] {
            assert_eq!(month(no), None, "{no}");
        }
    }
}
