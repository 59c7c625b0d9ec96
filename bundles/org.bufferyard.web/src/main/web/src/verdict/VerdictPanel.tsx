import { askVerdict, show, askAddressMap } from '../app/answers';
import { reveal } from '../app/edits';
import { store, useApp } from '../app/store';
import type { Board } from '../model/board';
import type { ChainStep, Result } from '../wire/answers';
import { MEANING, VerdictBadge } from './Badge';
import { QuestionForm } from './QuestionForm';

export function VerdictPanel() {
  const board = useApp((s) => s.board);
  const explanation = useApp((s) => s.explanation);
  const shown = useApp((s) => s.result);
  const rev = useApp((s) => s.rev);
  if (board === undefined) {
    return <p className="empty">No document is open.</p>;
  }
  const results = explanation?.results ?? [];
  const result = results[shown];
  const old = explanation?.rev !== undefined && explanation.rev !== rev;
  return (
    <>
      <QuestionForm pair policy go="What happens?" onGo={() => void askVerdict()} />
      {results.length > 0 && (
        <div className="results" role="group" aria-label="Answers">
          {results.map((r, i) => (
            <button
              key={i}
              type="button"
              aria-pressed={i === shown}
              onClick={() => store.set({ result: i, step: undefined })}
            >
              <span className="main">
                {r.policy} → {board.label(r.importer)}
              </span>
              <VerdictBadge verdict={r.verdict} />
            </button>
          ))}
        </div>
      )}
      {old && <p className="says warning aside">The board has changed since this was asked.</p>}
      {result !== undefined && <Answer board={board} result={result} />}
    </>
  );
}

function Answer({ board, result }: { board: Board; result: Result }) {
  return (
    <article aria-label="Answer">
      <div className="section">
        <p>
          <VerdictBadge verdict={result.verdict} large />
          {result.errno ? <code className="errno">{result.errno}</code> : null}
        </p>
        <p className="soft">{result.stop ?? (result.verdict === null ? 'The model stops here.' : MEANING[result.verdict])}</p>
        <dl className="facts">
          <Fact name="exporter" value={board.label(result.exporter)} />
          <Fact name="memory" value={result.memory} />
          <Fact name="ops" value={result.ops ?? '–'} />
          {(result.segments ?? []).map((s, i) => (
            <Fact
              key={i}
              name={i === 0 ? 'segments' : ''}
              value={`${s.dma} · ${s.length} bytes · ${s.page ? `page ${s.page}` : 'DMA only'}`}
            />
          ))}
        </dl>
        <button
          type="button"
          className="link"
          onClick={() => {
            void askAddressMap(result.importer);
            show('addresses');
          }}
        >
          What does {board.label(result.importer)} see?
        </button>
      </div>
      {(result.hazards ?? []).length > 0 && (
        <section className="section" aria-label="Hazards">
          <h3 className="heading bare">What went well by luck</h3>
          {result.hazards!.map((h, i) => (
            <p key={i} className="says warning">
              <b>{h.rule}</b> {h.text}{' '}
              {h.element !== undefined && board.find(h.element) !== undefined && (
                <button type="button" className="link" onClick={() => reveal(h.element!)}>
                  {board.label(h.element)}
                </button>
              )}
            </p>
          ))}
        </section>
      )}
      <section className="section" aria-label="Chain of reasons">
        <h3 className="heading bare">Why, step by step</h3>
        <ol className="chain">
          {result.chain.map((step) => (
            <Step key={step.step} board={board} step={step} />
          ))}
        </ol>
      </section>
    </article>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="mono">{value}</dd>
    </div>
  );
}

function Step({ board, step }: { board: Board; step: ChainStep }) {
  const here = useApp((s) => s.step === step.step);
  const known = step.element !== undefined && board.find(step.element) !== undefined;
  const point = () => {
    store.set({ step: step.step });
    if (known) {
      reveal(step.element!);
    }
  };
  return (
    <li>
      <button type="button" className="step" aria-pressed={here} onClick={point}>
        <span className="number">{step.step}</span>
        <span className="main">
          {step.text}
          <span className="source">
            <span className="badge">{step.rule}</span> <code>{step.kernel}</code>
            {known && <span className="at">{board.label(step.element!)}</span>}
          </span>
        </span>
      </button>
      {here && step.values !== undefined && (
        <dl className="facts values">
          {Object.entries(step.values).map(([name, value]) => (
            <Fact key={name} name={name} value={value} />
          ))}
        </dl>
      )}
    </li>
  );
}
