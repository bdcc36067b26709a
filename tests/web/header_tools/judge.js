// Reads recorded answers as JSON lines of {name, url, status, headers, cors, body} and prints what MDN HTTP Observatory
// and Google's CSP Evaluator say of each: {name, score, grade, failed, csp}.
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const observatory = new URL("node_modules/@mdn/mdn-http-observatory/", import.meta.url);
const preloaded = new URL("conf/hsts-preload.json", observatory);
if (!existsSync(preloaded)) writeFileSync(preloaded, "{}"); // nobody's name is on the list of our tests

const { ALL_TESTS } = await import(new URL("src/constants.js", observatory));
const { Requests } = await import(new URL("src/types.js", observatory));
const { parseHttpEquivHeaders } = await import(new URL("src/retriever/utils.js", observatory));
const { getGradeForScore, getScoreModifier } = await import(new URL("src/grader/grader.js", observatory));
const { MINIMUM_SCORE_FOR_EXTRA_CREDIT } = await import(new URL("src/grader/charts.js", observatory));
const { AxiosHeaders } = await import("axios");
const { CookieJar } = await import("tough-cookie");
const { CspEvaluator } = (await import("csp_evaluator/dist/evaluator.js")).default;
const { CspParser } = (await import("csp_evaluator/dist/parser.js")).default;
const { Severity } = (await import("csp_evaluator/dist/finding.js")).default;

function response(one, headers) {
  return { status: one.status, headers: new AxiosHeaders(headers), data: one.body, verified: true, request: {} };
}

function recorded(one) {
  const url = new URL(one.url);
  const requests = new Requests(url.hostname);
  const jar = new CookieJar();
  for (const cookie of one.headers["set-cookie"] ?? []) jar.setCookieSync(cookie, one.url);
  requests.session = { url, jar, redirectHistory: [{ url, status: one.status }] };
  requests.responses.auto = requests.responses.https = requests.responses.http = response(one, one.headers);
  // the proxy in front leads plain http to https, as docs/operating.md says
  requests.responses.httpRedirects = [{ url: new URL(one.url.replace("https:", "http:")), status: 301 }, { url, status: one.status }];
  requests.responses.cors = response(one, one.cors);
  requests.resources.path = one.body;
  requests.responses.auto.httpEquiv = one.body.startsWith("<!") ? parseHttpEquivHeaders(one.body, one.url) : new Map();
  return requests;
}

function judged(one) {
  const requests = recorded(one);
  let [extra, plain] = [100, 100];
  const failed = [];
  for (const test of ALL_TESTS) {
    const { result, pass } = test(requests);
    const modifier = result ? getScoreModifier(result) : 0;
    extra += modifier;
    plain += Math.min(0, modifier);
    if (!pass) failed.push(result);
  }
  const score = plain >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? extra : plain;
  const csp = new CspEvaluator(new CspParser(one.headers["content-security-policy"]).csp).evaluate();
  return {
    name: one.name,
    score,
    grade: getGradeForScore(score).grade,
    failed,
    csp: csp.map((finding) => [Severity[finding.severity], finding.directive, finding.value ?? "", finding.description]),
  };
}

for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  console.log(JSON.stringify(judged(JSON.parse(line))));
}
