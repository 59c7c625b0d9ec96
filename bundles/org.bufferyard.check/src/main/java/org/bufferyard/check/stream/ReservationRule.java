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
 * A reservation is changed under its lock, in a slot that was reserved under it, and the calls that
 * want the lock held or free get it so (F10). The kernel checks these with its lock checker and, where
 * the table is full, with a BUG. Who locks several gives way and comes back as wound/wait locks ask for.
 * Stateless; safe for any thread.
 */
@Component
public final class ReservationRule implements CheckRule {
  private static final Rule LOCK = Rule.of("F10", "dma_resv_assert_held");
  private static final Rule WOUND_WAIT = Rule.of("F10", "ww_mutex_lock");
  private static final Rule SLOT = Rule.of("F11", "dma_resv_reserve_fences");
  private static final int BUFFERS = 4096;

  @Override
  public Finding.Family family() {
    return Finding.Family.STREAM;
  }

  @Override
  public Watch open(CheckSite site) {
    return new ReservationWatch(new Reports(site));
  }

  private static final class ReservationWatch implements Watch {
    private final Reports reports;

    /** What last happened to a buffer, or to a driver that locks several. */
    private final Map<String, Clue> last = new Recent<>(BUFFERS);

    /** A thread died: the locks that it held are nobody's mistake any more. */
    private boolean died;

    private ReservationWatch(Reports reports) {
      this.reports = reports;
    }

    @Override
    public void see(Clue clue) {
      switch (clue.event()) {
        case DmaEvent.Exported e -> last.put(e.element(), clue);
        case DmaEvent.Attached a -> last.put(a.element(), clue);
        case DmaEvent.BufferMapped m -> last.put(m.element(), clue);
        case DmaEvent.BufferUnmapped u -> last.put(u.element(), clue);
        case DmaEvent.FenceAdded a -> added(a, clue);
        case DmaEvent.HazardRaised h when h.rule().id().equals(LOCK.id()) && !died ->
            clash(lockRule(h.rule()), h.element(), h.text(), clue);
        case DmaEvent.Decided d when d.rule().id().equals(LOCK.id()) -> last.put(d.element(), clue);
        case DmaEvent.Oopsed o -> died = true;
        case DmaEvent.Released r -> last.remove(r.element());
        default -> {}
      }
    }

    /** Contexts of wound/wait locks have checks of their own. */
    private static Rule lockRule(Rule raised) {
      return raised.function().equals(WOUND_WAIT.function()) ? WOUND_WAIT : LOCK;
    }

    private void added(DmaEvent.FenceAdded a, Clue clue) {
      String fence = FenceBook.text(new Point(a.context(), a.seqno()));
      if (!a.locked()) {
        clash(
            LOCK,
            a.element(),
            fence + " is added to " + a.element() + " without the reservation lock",
            clue);
      } else if (!a.reserved()) {
        clash(
            SLOT,
            a.element(),
            fence
                + " is added to "
                + a.element()
                + " without a slot that was reserved since the lock was taken",
            clue);
      }
      last.put(a.element(), clue);
    }

    private void clash(Rule rule, String buffer, String text, Clue clue) {
      Clue before = last.get(buffer);
      if (before == null) {
        reports.error(rule, buffer, text, clue);
      } else {
        reports.error(rule, buffer, text, before, clue);
      }
    }
  }
}
