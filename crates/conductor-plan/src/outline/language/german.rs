//! German.

use super::Words;
use crate::outline::attribute::Attribute;
use crate::outline::role::Role;
use crate::{Category, Priority};

pub(super) const GERMAN: Words = Words {
    small_words: "der, und, die, das, ist, mit, fuer, eine",
    roles: &[
        (
            Role::Title,
            "lastenheft, pflichtenheft, produktanforderungen, anforderungsdokument, anforderungsspezifikation",
        ),
        (
            Role::Overview,
            "einleitung, einfuehrung, ueberblick, uebersicht, ziel, ziele, zielsetzung, hintergrund, zweck, \
             projektbeschreibung, ausgangslage, motivation, problemstellung, vision, kontext, zusammenfassung, \
             projektziel, projektziele, umfang, geltungsbereich, loesungsansatz, produktvision",
        ),
        (
            Role::Persona,
            "zielgruppe, zielgruppen, benutzer, nutzer, anwender, akteur, akteure, benutzergruppe, \
             benutzergruppen, nutzergruppe, nutzergruppen, rollen, benutzerrollen, personas, stakeholder",
        ),
        (
            Role::Experience,
            "benutzererlebnis, benutzeroberflaeche, nutzererlebnis, benutzerfuehrung, nutzerfuehrung, ablauf, \
             ablaeufe, gestaltung, oberflaechenentwurf",
        ),
        (
            Role::Usage,
            "anwendungsfall, anwendungsfaelle, beispiel, beispiele, verwendung, nutzung, installation, bedienung, \
             erste schritte, projektstruktur, verzeichnisstruktur, ordnerstruktur",
        ),
        (
            Role::Feature,
            "funktion, funktionen, funktionsumfang, kernfunktion, kernfunktionen, hauptfunktion, hauptfunktionen, \
             merkmal, merkmale, leistungsmerkmale, funktionale anforderung, funktionale anforderungen, \
             funktionalitaet, funktionalitaeten, leistungsumfang, produktfunktionen, musskriterien, wunschkriterien, sollkriterien, \
             kannkriterien",
        ),
        (Role::Story, "nutzergeschichte, nutzergeschichten, anwendergeschichten, benutzergeschichten"),
        (Role::Requirement, "anforderung, anforderungen, technische anforderungen, systemanforderungen"),
        (
            Role::Architecture,
            "architektur, technische architektur, systemarchitektur, technik, technologie, technologien, \
             infrastruktur, technische umsetzung, technologiestack, systemaufbau, komponenten",
        ),
        (Role::Data, "datenmodell, datenbankschema, datenbank, datenstruktur, datenstrukturen, datenhaltung"),
        (Role::Api, "schnittstelle, schnittstellen, api entwurf, schnittstellenbeschreibung, integrationen"),
        (
            Role::Roadmap,
            "fahrplan, meilenstein, meilensteine, umsetzungsplan, projektplan, zeitplan, phasen, aufgabe, \
             aufgaben, arbeitspaket, arbeitspakete, projektphasen, entwicklungsplan, umsetzungsphasen, \
             lieferumfang, aufgabenliste, umsetzung in phasen",
        ),
        (
            Role::Chain,
            "abhaengigkeitskette, reihenfolge, umsetzungsreihenfolge, reihenfolge der umsetzung, \
             logische abhaengigkeiten, baureihenfolge",
        ),
        (
            Role::Constraint,
            "randbedingung, randbedingungen, rahmenbedingung, rahmenbedingungen, einschraenkung, einschraenkungen, \
             vorgabe, vorgaben, annahme, annahmen, rechtliches",
        ),
        (
            Role::Quality,
            "nicht funktionale anforderung, nichtfunktionale anforderung, nicht funktionale anforderungen, \
             nichtfunktionale anforderungen, qualitaet, qualitaetsanforderung, qualitaetsanforderungen, leistung, \
             sicherheit, datenschutz, barrierefreiheit, verfuegbarkeit, zuverlaessigkeit",
        ),
        (Role::Dependency, "abhaengigkeit, abhaengigkeiten, voraussetzung, voraussetzungen, bibliotheken"),
        (
            Role::Acceptance,
            "abnahmekriterium, abnahmekriterien, akzeptanzkriterium, akzeptanzkriterien, fertig wenn, abnahme",
        ),
        (Role::Testing, "teststrategie, testplan, testkonzept, qualitaetssicherung, testfaelle"),
        (
            Role::OutOfScope,
            "nicht ziel, nicht ziele, nichtziele, nicht im umfang, ausserhalb des umfangs, abgrenzung, nicht enthalten, \
             abgrenzungskriterien, nicht teil des projekts",
        ),
        (
            Role::Future,
            "ausblick, zukunft, spaeter, zukuenftige erweiterung, zukuenftige erweiterungen, spaetere erweiterungen, \
             erweiterungen",
        ),
        (Role::Risk, "risiko, risiken, gegenmassnahmen, risiken und gegenmassnahmen, herausforderungen"),
        (
            Role::Metrics,
            "erfolgskriterium, erfolgskriterien, erfolgsmessung, kennzahl, kennzahlen, erfolgskennzahlen, messgroessen",
        ),
        (Role::OpenQuestion, "offene frage, offene fragen, offene punkte, ungeklaert"),
        (
            Role::Appendix,
            "anhang, glossar, begriffe, literatur, quellen, begriffserklaerung, aenderungsverzeichnis, verweise",
        ),
    ],
    stages: "abschnitt, meilenstein, monat, stufe, woche, ausbaustufe, etappe, quartal",
    feature_words: "funktion",
    attributes: &[
        (
            Attribute::Description,
            "beschreibung, verhalten, eingabe, eingaben, ausgabe, ausgaben, umsetzung, funktionsweise, ablauf, \
             einzelheiten",
        ),
        (Attribute::Benefit, "zweck, nutzen, ziel, mehrwert, begruendung"),
        (
            Attribute::Acceptance,
            "akzeptanzkriterien, abnahmekriterien, abnahme, abnahmekriterium, fertig wenn",
        ),
        (
            Attribute::DependsOn,
            "haengt ab von, abhaengig von, abhaengigkeit, abhaengigkeiten, voraussetzung, voraussetzungen, benoetigt, \
             setzt voraus",
        ),
        (Attribute::Estimate, "aufwand, dauer, schaetzung, zeitaufwand"),
        (Attribute::Priority, "prioritaet, wichtigkeit"),
        (Attribute::Files, "datei, dateien"),
        (
            Attribute::Tasks,
            "aufgaben, arbeitspakete, lieferobjekte, aufgabe, schritte, teilaufgaben, ergebnisse",
        ),
        (Attribute::Name, "funktion, titel, anforderung, bezeichnung"),
        (Attribute::Alias, "kennung, nummer"),
        (Attribute::Aside, "risiko, verantwortlich, beispiel, zustaendig, termin, gegenmassnahme, massnahme"),
    ],
    priorities: [
        (Priority::Critical, "kritisch"),
        (Priority::High, "hoch, muss"),
        (Priority::Medium, "mittel, soll"),
        (Priority::Low, "niedrig, kann, gering"),
    ],
    categories: &[
        (Category::Documentation, "dokumentation, handbuch"),
        (
            Category::Setup,
            "infrastruk, grundlage, grundgeruest, geruest, projektaufbau, projektgeruest, projektstruktur",
        ),
        (Category::Test, "pruefung"),
        (Category::Operations, "betrieb, bereitstell, ueberwach, datensicher"),
        (Category::Api, "schnittstelle"),
        (Category::Ui, "oberflaeche, ansicht"),
        (Category::Data, "datenbank, datenmodell, speicher"),
    ],
    first_verbs: "",
    last_verbs: "abonnieren, anlegen, anmelden, anzeigen, auflisten, aendern, bearbeiten, drucken, einladen, entfernen, \
                 erfassen, erstellen, exportieren, filtern, finden, hinzufuegen, hochladen, importieren, loeschen, \
                 pflegen, senden, sortieren, speichern, suchen, teilen, verschicken, versenden, verwalten, waehlen, \
                 zeigen, einrichten, umsetzen, entwickeln, pruefen, aufbauen, anbinden",
    of: "des, der, von, und",
    role_or_thing: "aufgabe, aufgaben, benutzer, datenbank, nutzer, rollen, ablauf, leistung, sicherheit",
    attribute_or_thing: "aufgaben, dateien, eingaben, ausgaben, ergebnisse, schritte",
    kinds: "bereich, funktion, modul, aufgabe, anforderung, ziel, baustein",
    work_names: "aufgabe",
    subjects: "das system, die anwendung, benutzer, der benutzer, nutzer, der nutzer, die software, das programm, die app",
    must: "muss, müssen, soll, sollen, kann, können",
    abilities: "",
    story_starts: "als",
    story_wants: "möchte ich, will ich",
    story_reasons: "damit, um",
    before_name: "hängt ab von , abhängig von , erst nach , nachdem , benötigt , baut auf , setzt , aus ",
    before_sentence: "",
    needs: " benötigt , nach , braucht ",
    then: " dann , danach , anschließend ",
    and: " und ",
    nothing: "keine, keines, nichts",
    fillers: "und, der, die, das, des, fuer, wichtigste, zentrale",
    generic: "anlegen einrichten entwickeln verwalten umsetzen erstellen",
    background: "warteschlange, hintergrundaufgaben",
    background_beside: "hintergrund, verarbeitung",
    access: "anmeldung, benutzeranmeldung",
    known: "angemeldet, eingeloggt, nur fuer angemeldete",
    access_at: "fuer, bei, mit, seite, maske",
    asking: "muss, soll, noetig, muessen, sollen",
    own_kinds: "eigene, eigenen, eigenes, selbst geschriebene, selbst geschriebenen, maßgeschneiderte, maßgeschneiderten",
    own_kinds_behind: "",
    own_verbs: "benötigt, benötigen, braucht, brauchen, erfordert, erfordern, implementiert",
    own_verbs_behind: "implementieren, umsetzen, bereitstellen, entwickeln, schreiben",
    own_articles: "eine, einen, ein",
    own_ends: "und darf, und kann, statt, anstatt, anstelle, die, der, das, um, für",
    optional: "optional, wuenschenswert",
    hard: "autoriz, echtzeit, verschluessel, zahlung, anbindung, abgleich, nebenlaeufig",
    minutes: "minuten",
    hours: "stunde, stunden, std",
    days: "tag, tage, tagen, pt",
    weeks: "woche, wochen",
    to: "bis",
    data: "daten",
    bringing: "einles, erfass",
    tests: "pruef, abnahme, test",
    reports: "berich, auswert",
    one_each: "aufgabe, funktion",
    deployment: "deployment, bereitstellung, auslieferung",
    deploy: "Bereitstellung einrichten",
    set_up: "projektaufbau, grundgeruest, projektgeruest, projekt aufsetzen, projektstruktur",
    structure: "struktur",
    components: "komponenten, systemkomponenten, bausteine, module",
    making: "erzeugung, erstellung, erfassung, registrierung, katalog",
    layers: "backend, frontend, framework, datenbank, sprache, speicher, hosting, server, programmiersprache, laufzeit",
    data_model: "Datenmodell anlegen",
    interface: "Schnittstelle bereitstellen",
    project: "Projekt aufsetzen",
    acceptance_tests: "Abnahmetests",
    provide: "{} bereitstellen",
};
