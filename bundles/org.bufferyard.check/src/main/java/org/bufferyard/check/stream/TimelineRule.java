package org.bufferyard.check.stream;

import java.util.Map;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.check.stream.FenceBook.Point;
import org.bufferyard.platform.check.CheckRule;
import org.bufferyard.platform.check.CheckSite;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.Finding.Clue;
import org.osgi.service.component.annotations.Component;

/**
 * The numbers of a timeline rise, and what somebody waits for is signaled some day. The kernel takes a
 * later number of a timeline for the later fence and drops the other one from a reservation, so a
 * number that goes back loses a fence silently. Stateless; safe for any thread.
 */
@Component
public final class TimelineRule implements CheckRule {
  private static final Rule ORDER = Rule.of("F11", "dma_fence_is_later");
  private static final Rule SIGNAL = Rule.of("F11", "dma_fence_signal");

  /** Timelines that are remembered. */
  private static final int TIMELINES = 4096;

  @Override
  public Finding.Family family() {
    return Finding.Family.STREAM;
  }

  @Override
  public Watch open(CheckSite site) {
    return new TimelineWatch(new Reports(site));
  }

  private static final class TimelineWatch implements Watch {
    private final Reports reports;
    private final FenceBook book = new FenceBook();

    /** The last fence of a timeline. */
    private final Map<Long, Clue> latest = new Recent<>(TIMELINES);

    private TimelineWatch(Reports reports) {
      this.reports = reports;
    }

    @Override
    public void see(Clue clue) {
      if (clue.event() instanceof DmaEvent.FenceMade m) {
        ordered(m, clue);
      }
      book.see(clue);
    }

    /** __dma_fence_is_later(): in 32 bit, which may wrap. */
    private void ordered(DmaEvent.FenceMade m, Clue clue) {
      Clue before = latest.get(m.context());
      if (before != null) {
        long last = ((DmaEvent.FenceMade) before.event()).seqno();
        if ((int) (m.seqno() - last) <= 0) {
          reports.error(
              ORDER,
              m.element(),
              FenceBook.text(new Point(m.context(), m.seqno()))
                  + " is made after number "
                  + Long.toUnsignedString(last)
                  + " of its timeline: where both meet, this one counts as the earlier",
              before,
              clue);
          return;
        }
      }
      latest.put(m.context(), clue);
    }

    @Override
    public void end() {
      book.all()
          .forEach(
              fences ->
                  fences.forEach(
                      open -> {
                        String text =
                            FenceBook.text(open.point())
                                + " in "
                                + open.buffer()
                                + " was never signaled";
                        book.madeAt(open.point())
                            .ifPresentOrElse(
                                made ->
                                    reports.warning(
                                        SIGNAL, open.buffer(), text, made, open.added()),
                                () -> reports.warning(SIGNAL, open.buffer(), text, open.added()));
                      }));
    }
  }
}
