// What octokit does with the look-alike; test_clients.py looks at what it prints.
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(process.env.ROOT, "@octokit/rest");
const { exports } = JSON.parse(readFileSync(join(folder, "package.json")));
const entry = exports["."].import ?? exports["."].default;
const { Octokit } = await import(pathToFileURL(join(folder, entry)));
const octokit = new Octokit({ baseUrl: process.env.API, auth: process.env.TOKEN, log: { debug() {}, info() {}, warn() {}, error() {} } });
const repo = { owner: "acme", repo: "payments-api" };

const issue = (await octokit.rest.issues.create({ ...repo, title: "octokit: one", labels: ["documentation"] })).data;
await octokit.rest.issues.createComment({ ...repo, issue_number: issue.number, body: "Seen." });
const closed = (await octokit.rest.issues.update({ ...repo, issue_number: issue.number, state: "closed" })).data;
for (let n = 0; n < 45; n++) await octokit.rest.issues.create({ ...repo, title: `octokit ${n}`, labels: ["wontfix"] });
const pages = await octokit.paginate(octokit.rest.issues.listForRepo, { ...repo, labels: "wontfix", per_page: 20 });

const main = (await octokit.rest.git.getRef({ ...repo, ref: "heads/main" })).data.object.sha;
await octokit.rest.git.createRef({ ...repo, ref: "refs/heads/octokit", sha: main });
const file = { ...repo, path: "tests/test_octokit.py", branch: "octokit" };
const content = Buffer.from("def test_it():\n    assert 1\n").toString("base64");
await octokit.rest.repos.createOrUpdateFileContents({ ...file, message: "Add a test", content });
const status = (error) => error.status;
const stale = await octokit.rest.repos.createOrUpdateFileContents({ ...file, message: "Again", content, sha: main }).catch(status);
const pull = (await octokit.rest.pulls.create({ ...repo, head: "octokit", base: "main", title: "octokit" })).data;
await octokit.rest.pulls.createReview({ ...repo, pull_number: pull.number, event: "COMMENT", body: "Mine." });
const merged = (await octokit.rest.pulls.merge({ ...repo, pull_number: pull.number, sha: pull.head.sha, merge_method: "rebase" })).data.merged;
const missing = await octokit.rest.issues.get({ ...repo, issue_number: 99999 }).catch(status);
console.log(JSON.stringify({ created: issue.title, closed: closed.state_reason, pages: pages.length, merged, stale, missing }));
