package org.bufferyard.check.stream;

import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.check.stream.FenceBook.Added;
import org.bufferyard.check.stream.FenceBook.Point;
import org.bufferyard.platform.check.CheckRule;
import org.bufferyard.platform.check.CheckSite;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.Finding.Clue;
import org.osgi.service.component.annotations.Component;

/**
 * Whoever waits for a fence waits for somebody else: a driver that waits for a fence which it has to
 * signal itself never goes on, and one whose fence nobody signals goes on when a signal kills the
 * wait. Stateless; safe for any thread.
 */
@Component
public final class FenceWaitRule implements CheckRule {
  private static final Rule WAIT = Rule.of("F11", "dma_resv_wait_timeout");

  @Override
  public Finding.Family family() {
    return Finding.Family.STREAM;
  }

  @Override
  public Watch open(CheckSite site) {
    return new WaitWatch(new Reports(site));
  }

  private static final class WaitWatch implements Watch {
    private final Reports reports;
    private final FenceBook book = new FenceBook();

    /** The first wait that hangs on a fence, until it is signaled. */
    private final Map<Point, Clue> hanging = new Recent<>(FenceBook.MOST);

    private WaitWatch(Reports reports) {
      this.reports = reports;
    }

    @Override
    public void see(Clue clue) {
      switch (clue.event()) {
        case DmaEvent.FenceWaited w when !w.over() -> waited(w, clue);
        case DmaEvent.FenceSignaled s -> hanging.remove(new Point(s.context(), s.seqno()));
        case DmaEvent.Released r -> end(r.element());
        default -> {}
      }
      book.see(clue);
    }

    private void waited(DmaEvent.FenceWaited w, Clue clue) {
      Point point = new Point(w.context(), w.seqno());
      Optional<Clue> made = book.madeAt(point);
      if (made.isPresent() && made.get().event().element().equals(w.element())) {
        reports.error(
            WAIT,
            w.element(),
            reports.name(w.element())
                + " waits in "
                + w.buffer()
                + " for "
                + FenceBook.text(point)
                + ", which it has to signal itself",
            made.get(),
            clue);
      } else {
        hanging.putIfAbsent(point, clue);
      }
    }

    @Override
    public void end() {
      hanging.values().forEach(this::report);
      hanging.clear();
    }

    /** With its buffer the fence goes from sight: what hangs on it then hung for good. */
    private void end(String buffer) {
      hanging
          .values()
          .removeIf(
              clue -> {
                boolean there = ((DmaEvent.FenceWaited) clue.event()).buffer().equals(buffer);
                if (there) {
                  report(clue);
                }
                return there;
              });
    }

    private void report(Clue clue) {
      DmaEvent.FenceWaited w = (DmaEvent.FenceWaited) clue.event();
      Point point = new Point(w.context(), w.seqno());
      String text =
          reports.name(w.element())
              + " waits in "
              + w.buffer()
              + " for "
              + FenceBook.text(point)
              + ", which nobody signals";
      Optional<Clue> added =
          book.in(w.buffer()).stream()
              .filter(a -> a.point().equals(point))
              .map(Added::added)
              .findFirst();
      if (added.isPresent()) {
        reports.error(WAIT, w.element(), text, added.get(), clue);
      } else {
        reports.error(WAIT, w.element(), text, clue);
      }
    }
  }
}
