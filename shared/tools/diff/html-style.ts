/** The look of a diff's page: light and dark, two columns where there is room for them. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1f2328; --dim: #59636e; --page: #fff; --box: #f6f8fa; --edge: #d1d9e0;
  --plus: #1a7f37; --plus-back: #dafbe1; --minus: #c4232b; --minus-back: #ffebe9; --link: #0969da; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --dim: #9198a1; --page: #0d1117; --box: #151b23;
  --edge: #3d444d; --plus: #3fb950; --plus-back: #12261e; --minus: #ff7b72; --minus-back: #2d1517; --link: #4493f8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1600px; padding: 0 16px 48px; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 22px; margin: 24px 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 32px 0 8px; }
header p { margin: 0; color: var(--dim); }
a { color: var(--link); }
nav ol { list-style: none; margin: 0; padding: 0; columns: 2 480px; column-gap: 32px; }
nav li { break-inside: avoid; padding: 4px 0; border-bottom: 1px solid var(--edge); overflow-wrap: anywhere; }
.kind { color: var(--dim); font-size: 13px; }
.plus { color: var(--plus); }
.minus { color: var(--minus); }
.bar { display: flex; height: 4px; margin: 2px 0; }
.bar .plus { background: var(--plus); }
.bar .minus { background: var(--minus); }
.note { color: var(--dim); }
details { margin: 0 0 16px; border: 1px solid var(--edge); border-radius: 6px; overflow: clip; }
summary { position: sticky; top: 0; padding: 8px 12px; background: var(--box); border-bottom: 1px solid var(--edge);
  overflow-wrap: anywhere; cursor: pointer; }
details .note { padding: 6px 12px; border-bottom: 1px solid var(--edge); }
.code { font: 13px/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; tab-size: 2; }
.code p { margin: 0; padding: 0 8px 0 56px; min-height: 1.45em; white-space: pre-wrap; overflow-wrap: anywhere; position: relative; }
.code p::before { content: attr(data-n); position: absolute; left: 0; width: 44px; text-align: right; color: var(--dim); }
.code .c { color: var(--dim); }
.at { padding: 4px 12px; background: var(--box); color: var(--dim); white-space: pre-wrap; overflow-wrap: anywhere; }
.same, .change { display: grid; grid-template-columns: 1fr 1fr; }
.change .old p { background: var(--minus-back); }
.change .now p { background: var(--plus-back); }
.now { border-left: 1px solid var(--edge); }
.whole.plus, .whole.minus { color: inherit; }
.whole { border-left: 3px solid var(--plus); }
.whole.minus { border-left-color: var(--minus); }
@media (max-width: 800px) {
  body { padding: 0 8px 32px; }
  .same, .change { grid-template-columns: 1fr; }
  .same .old { display: none; }
  .now { border-left: 0; }
  .code { font-size: 12px; }
  .code p { padding-left: 40px; }
  .code p::before { width: 32px; }
}
`;
