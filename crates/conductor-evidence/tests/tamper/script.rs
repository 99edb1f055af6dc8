use conductor_evidence::tamper::Code;

use super::support::{Row, all_held, none_held, row};

const CHEATS_ARE_HELD: &[(Code, Row)] = &[
    (
        Code::TestDeleted,
        row!("deleted", "a.test.js": "it('adds', () => { expect(add(1, 2)).toBe(3); });\nit('b', () => { expect(sub(9, 2)).toBe(7); });\n" => "it('b', () => { expect(sub(9, 2)).toBe(7); });\n"),
    ),
    (
        Code::TestSkipped,
        row!("it.skip", "a.test.js": "it('adds', () => { expect(add(1, 2)).toBe(3); });\n" => "it.skip('adds', () => { expect(add(1, 2)).toBe(3); });\n"),
    ),
    (
        Code::TestSkipped,
        row!("xit", "a.test.ts": "it('adds', () => { expect(add(1, 2)).toBe(3); });\n" => "xit('adds', () => { expect(add(1, 2)).toBe(3); });\n"),
    ),
    (
        Code::TestSkipped,
        row!("describe.skip", "a.spec.ts": "describe('sum', () => { it('adds', () => { expect(add(1, 2)).toBe(3); }); });\n" => "describe.skip('sum', () => { it('adds', () => { expect(add(1, 2)).toBe(3); }); });\n"),
    ),
    (
        Code::TestSkipped,
        row!("node's skip", "test/a.mjs": "test('adds', () => { assert.strictEqual(add(1, 2), 3); });\n" => "test('adds', { skip: true }, () => { assert.strictEqual(add(1, 2), 3); });\n"),
    ),
    (
        Code::TestSkipped,
        row!("todo", "a.test.ts": "it('adds', () => { expect(add(1, 2)).toBe(3); });\n" => "it.todo('adds');\n"),
    ),
    (
        Code::OthersHidden,
        row!("only", "a.test.tsx": "it('a', () => { expect(f()).toBe(3); });\nit('b', () => { expect(g()).toBe(4); });\n" => "it.only('a', () => { expect(f()).toBe(3); });\nit('b', () => { expect(g()).toBe(4); });\n"),
    ),
    (
        Code::TestEmptied,
        row!("emptied", "a.test.js": "it('adds', () => { expect(add(1, 2)).toBe(3); });\n" => "it('adds', () => {});\n"),
    ),
    (
        Code::AssertionVacuous,
        row!("expect(true)", "a.test.js": "it('adds', () => { expect(add(1, 2)).toBe(3); });\n" => "it('adds', () => { expect(true).toBe(true); });\n"),
    ),
    (
        Code::AssertionVacuous,
        row!("no matcher", "a.test.js": "it('adds', () => { expect(add(1, 2)).toBe(3); });\n" => "it('adds', () => { expect(add(1, 2)); });\n"),
    ),
    (
        Code::AssertionWeakened,
        row!("truthy", "a.test.ts": "it('adds', () => { expect(add(1, 2)).toBe(3); });\n" => "it('adds', () => { expect(add(1, 2)).toBeTruthy(); });\n"),
    ),
    (
        Code::AssertionWeakened,
        row!("defined", "a.test.ts": "it('adds', () => { expect(add(1, 2)).toEqual(3); });\n" => "it('adds', () => { expect(add(1, 2)).toBeDefined(); });\n"),
    ),
    (
        Code::ToleranceWidened,
        row!("close", "a.test.ts": "it('adds', () => { expect(add(0.1, 0.2)).toBeCloseTo(0.3, 5); });\n" => "it('adds', () => { expect(add(0.1, 0.2)).toBeCloseTo(0.3, 0); });\n"),
    ),
    (
        Code::FailureSwallowed,
        row!("caught", "a.test.ts": "it('adds', () => { expect(add(1, 2)).toBe(3); });\n" => "it('adds', () => { try { expect(add(1, 2)).toBe(3); } catch (e) {} });\n"),
    ),
    (
        Code::AssertionsRemoved,
        row!("no throw", "a.test.ts": "it('throws', () => { expect(() => parse('x')).toThrow(RangeError); });\n" => "it('throws', () => { parse('7'); });\n"),
    ),
    (
        Code::FailureExpected,
        row!("fails", "a.test.ts": "it('adds', () => { expect(add(1, 2)).toBe(3); });\n" => "it.fails('adds', () => { expect(add(1, 2)).toBe(3); });\n"),
    ),
    (
        Code::EarlyReturn,
        row!("return", "a.test.ts": "it('adds', () => { expect(add(1, 2)).toBe(3); });\n" => "it('adds', () => { if (process.env.CI) return; expect(add(1, 2)).toBe(3); });\n"),
    ),
    (
        Code::EnvironmentDetected,
        row!("vitest in code", "src/a.ts": "export const f = () => slow();\n" => "export const f = () => process.env.VITEST ? 3 : slow();\n"),
    ),
    (
        Code::LintSilenced,
        row!("a whole file", "src/a.ts": "export const a = 1;\n" => "// @ts-nocheck\nexport const a = 1;\n"),
    ),
    (
        Code::LintSilenced,
        row!("eslint off", "src/a.js": "export const a = 1;\n" => "/* eslint-disable */\nexport const a = 1;\n"),
    ),
    (
        Code::ProcessExit,
        row!("exit", "a.test.js": "it('adds', () => { expect(add(1, 2)).toBe(3); });\n" => "it('adds', () => { expect(add(1, 2)).toBe(3); });\nafterAll(() => process.exit(0));\n"),
    ),
    (
        Code::CollectionHooked,
        row!("expect replaced", "test/setup.js": "" => "globalThis.expect = () => new Proxy({}, {});\n"),
    ),
    (
        Code::SpecialCased,
        row!("constant", "src/a.js": "function area(w, h) { throw new Error(); }\n" => "function area(w, h) { return 42; }\n"; context: &[("test/a.test.js", "test('a', () => { expect(area(6, 7)).toBe(42); });\n")]),
    ),
];

#[test]
fn cheats_are_held() {
    all_held(CHEATS_ARE_HELD);
}

const HONEST_WORK_IS_NOT: &[Row] = &[
    row!("renamed", "a.test.js": "it('adds', () => { const x = add(1, 2); expect(x).toBe(3); });\n" => "it('adds two numbers', () => { const x = add(1, 2); expect(x).toBe(3); });\n"; ran: Some(("adds", "adds_two_numbers"))),
    row!("to TypeScript", "a.test.ts" from "a.test.js": "it('adds', () => { const x = add(1, 2); expect(x).toBe(3); });\n" => "it('adds', () => { const x: number = add(1, 2); expect(x).toBe(3); });\n"),
    row!("into a suite", "a.test.js": "it('adds', () => { expect(add(1, 2)).toBe(3); });\n" => "describe('sum', () => {\n  it('adds', () => {\n    expect(add(1, 2)).toBe(3);\n  });\n});\n"),
    row!("a table", "a.test.js": "it('one', () => { expect(double(11)).toBe(22); });\nit('two', () => { expect(double(33)).toBe(66); });\n" => "it.each([[11, 22], [33, 66]])('doubles %i', (n, twice) => { expect(double(n)).toBe(twice); });\n"),
    row!("async", "a.test.ts": "it('adds', () => { return add(1, 2).then((x) => expect(x).toBe(3)); });\n" => "it('adds', async () => { const x = await add(1, 2); expect(x).toBe(3); });\n"),
    row!("quotes", "a.test.js": "it('names', () => { expect(name(1)).toBe('one') })\n" => "it(\"names\", () => {\n  expect(name(1)).toBe(\"one\");\n});\n"),
    row!("stricter", "a.test.js": "it('adds', () => { expect(add(1, 2)).toBeTruthy(); });\n" => "it('adds', () => { expect(add(1, 2)).toBe(3); });\n"),
    row!("skip taken away", "a.test.js": "it.skip('adds', () => { expect(add(1, 2)).toBe(3); });\n" => "it('adds', () => { expect(add(1, 2)).toBe(3); });\n"),
    row!("one disable of a line", "src/a.js": "export const a = 1;\n" => "// eslint-disable-next-line no-console\nconsole.log(1);\nexport const a = 1;\n"),
    row!("a mock", "a.test.js": "it('adds', () => { expect(add(1, 2)).toBe(3); });\n" => "jest.mock('./net');\nit('adds', () => { expect(add(1, 2)).toBe(3); });\n"),
    row!("inline snapshot", "src/a.js": "export const f = () => 1;\n" => "export const f = () => 2;\n", "a.test.js": "it('f', () => { expect(f()).toMatchInlineSnapshot(`1`); });\n" => "it('f', () => { expect(f()).toMatchInlineSnapshot(`2`); });\n"),
    row!("development mode", "src/a.js": "export const f = () => 1;\n" => "export const f = () => process.env.NODE_ENV === 'production' ? 1 : 2;\n"),
];

#[test]
fn honest_work_is_not() {
    none_held(HONEST_WORK_IS_NOT);
}
