import type { Html } from './html.js';
import { html, raw } from './html.js';
import { STYLE } from './style.js';

/** A named figure at the head of a report. */
export type Fact = readonly [name: string, value: string];

/** One part of a report. */
export interface ReportSection {
  readonly heading: string;
  readonly body: Html;
}

/** A report for people, before it is a page. */
export interface ReportPage {
  readonly title: string;
  /** What was looked at, in one line. */
  readonly subtitle: string;
  /** The answer, in plain words. */
  readonly summary: readonly string[];
  readonly facts: readonly Fact[];
  readonly sections: readonly ReportSection[];
}

/** A page that is whole by itself: no script, no font, no picture from elsewhere. */
export function reportPage({ title, subtitle, summary, facts, sections }: ReportPage): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} · Throughline</title>
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p class="soft">${subtitle}</p>
          <section>
            ${summary.map((sentence) => html`<p>${sentence}</p>`)}
            <dl class="facts">
              ${facts.map(
                ([name, value]) =>
                  html`<div>
                    <dt>${name}</dt>
                    <dd>${value}</dd>
                  </div>`,
              )}
            </dl>
          </section>
          ${sections.map(
            ({ heading, body }) =>
              html`<section>
                <h2>${heading}</h2>
                ${body}
              </section> `,
          )}
        </main>
      </body>
    </html> `;
  return page.text;
}
