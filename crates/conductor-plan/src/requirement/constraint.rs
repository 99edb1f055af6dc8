//! What a text binds the work to: technologies, and numbers with their units.

use super::quantity::quantities;
use super::technology::technologies;
use super::{Bound, Constraint};

/// What a text binds the work to, in the order in which it says so, each once.
pub fn constraints(text: &str) -> Vec<Constraint> {
    let named = technologies(text)
        .into_iter()
        .map(|found| (found.at.start, 0, Constraint::Technology { name: found.technology.name.to_owned() }));
    let counted = quantities(text).into_iter().map(|found| {
        let order = if found.bound == Bound::AtMost { 2 } else { 1 };
        let unit = found.unit.name.into_owned();
        (found.at.start, order, Constraint::Quantity { bound: found.bound, value: found.value, unit })
    });
    let mut all: Vec<(usize, u8, Constraint)> = named.chain(counted).collect();
    all.sort_by_key(|&(at, order, _)| (at, order));
    let mut constraints: Vec<Constraint> = Vec::with_capacity(all.len());
    for (.., constraint) in all {
        if !constraints.contains(&constraint) {
            constraints.push(constraint);
        }
    }
    constraints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        constraints(text).iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn technologies_are_found_by_name_and_not_by_accident() {
        let cases = [
            ("Data is stored in PostgreSQL 15", "PostgreSQL"),
            ("postgres with a node backend in Node.js", "PostgreSQL; Node.js"),
            ("The backend is written in Go and the client in TypeScript", "Go; TypeScript"),
            ("Go to the settings page", ""),
            ("Users go back; the React way is to react quickly", "React"),
            ("Python 3.12, C++ and C#, never C", "Python; C++; C#"),
            ("Runs on AWS Lambda behind nginx", "AWS; nginx"),
            ("使用PostgreSQL数据库和Redis缓存", "PostgreSQL; Redis"),
            ("An ASP.NET service, or plain .NET", "ASP.NET; .NET"),
            ("Ruby on Rails or Spring Boot", "Ruby on Rails; Spring Boot"),
            ("Sign in with OAuth 2.0 over HTTPS", "OAuth; HTTPS"),
            ("Express your opinion in spring, without rust", ""),
            ("REST API with JSON, gRPC inside", "REST; JSON; gRPC"),
            ("The postgresqlish thing", ""),
            ("Deployed by GitHub Actions to Kubernetes (k8s)", "GitHub Actions; Kubernetes"),
        ];
        for (text, expected) in cases {
            assert_eq!(said(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_found_with_their_unit_and_bound() {
        let cases = [
            ("Answers in at most 200 ms", "at most 200 ms"),
            ("latency ≤200ms", "at most 200 ms"),
            ("coverage of ≥ 80 %", "at least 80 %"),
            ("supports up to 10,000 concurrent users", "at least 10000 users"),
            ("waits up to 30 seconds", "at most 30 s"),
            ("loads within 2 seconds", "at most 2 s"),
            ("99.9% uptime", "99.9 %"),
            ("availability of 99.999 %", "99.999 %"),
            ("mindestens 1.000,5 MB", "at least 1000.5 MB"),
            ("bis zu 10.000 Nutzer gleichzeitig unterstützen", "at least 10000 users"),
            ("99,9 % Verfügbarkeit", "99.9 %"),
            ("handles 10k requests per second", "10000 requests/s"),
            ("1.5 million records", "1500000 records"),
            ("200毫秒以内响应", "at most 200 ms"),
            ("1万ユーザーを同時に", "10000 users"),
            ("最大3秒", "at most 3 s"),
            ("3초 이내에 응답", "at most 3 s"),
            ("en moins de 2 secondes", "at most 2 s"),
            ("al menos 500 usuarios", "at least 500 users"),
            ("takes 5-10 minutes", "at least 5 min; at most 10 min"),
            ("between 5 and 10 minutes", "at least 5 min; at most 10 min"),
            ("music of the 1990s, version 3.11, step 4", ""),
            ("a 16 GB machine and 0.500 s", "16 GB; 0.500 s"),
            ("must not exceed 512 MB", "at most 512 MB"),
            ("fewer than 3 clicks", "at most 3 clicks"),
            ("8 characters or more", "at least 8 characters"),
            ("costs no more than $500", "at most 500 USD"),
            ("１００ミリ秒以下", "at most 100 ms"),
            ("50,000 rows in less than 1 minute", "50000 records; at most 1 min"),
            ("99999999999999999999999999999 users", "99999999999999999999999999999 users"),
            ("1,2,3 or 4.5.6 ms", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(said(text), expected, "{text}");
        }
    }

    #[test]
    fn things_that_no_table_has_are_counted_where_words_bound_them() {
        let cases = [
            ("A board holds at most 5 widgets", "at most 5 widgets"),
            ("at least 3 replicas run in each region", "at least 3 replicas"),
            ("supports up to 20 open orders per customer", "at least 20 open orders"),
            ("no more than 10,000 tags", "at most 10000 tags"),
            ("≤ 4 workers", "at most 4 workers"),
            ("5 widgets or fewer", "at most 5 widgets"),
            ("höchstens 5 offene Aufträge des Kunden", "at most 5 offene aufträge"),
            ("mindestens 3 Knoten je Region", "at least 3 knoten"),
            ("au plus 6 niveaux de dossiers", "at most 6 niveaux"),
            ("como máximo 4 carpetas", "at most 4 carpetas"),
            ("pelo menos 3 réplicas", "at least 3 réplicas"),
            ("最多5个副本", "at most 5 副本"),
            ("至少3个工作区，每个", "at least 3 工作区"),
            ("3つ以上のレプリカ", "at least 3 レプリカ"),
            ("最大5個のウィジェットを表示", "at most 5 ウィジェット"),
            ("최대 5개의 위젯을 표시", "at most 5 위젯"),
            ("3개 이상의 복제본", "at least 3 복제본"),
            ("3 replicas, 3 steps, 5 Aufträge, 3个副本, 위젯 5개", ""),
            ("see section 3 Widgets, step 4 Checks, figure 2 Notes", ""),
            ("as said above 3 Widgets and under 4 Checks, siehe unter 3 Knoten", ""),
            ("Python at least 3.11 features, version 2 or more things", "Python"),
            ("no later than 5 May 2025, at least 3 May, bis zu 3 Mai, hasta 5 mayo", ""),
            ("at least 3 times, mindestens 3 Mal, au moins 3 fois, al menos 2 veces", ""),
            ("at most 2 of them, at least 18 to enter, no more than 3 and", ""),
            ("at least 8 long, up to 5 deep", ""),
            ("Play 3 games, at least 2 alone", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(said(text), expected, "{text}");
        }
    }
}
