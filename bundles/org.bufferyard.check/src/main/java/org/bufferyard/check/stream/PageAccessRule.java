package org.bufferyard.check.stream;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.platform.check.CheckRule;
import org.bufferyard.platform.check.CheckSite;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.Finding.Clue;
import org.osgi.service.component.annotations.Component;

/**
 * A segment with a DMA address only has no page: whoever walks its pages follows a wild pointer (P8).
 * Stateless; safe for any thread.
 */
@Component
public final class PageAccessRule implements CheckRule {
  private static final Rule NO_PAGE = Rule.of("P8", "sg_page");

  @Override
  public Finding.Family family() {
    return Finding.Family.STREAM;
  }

  @Override
  public Watch open(CheckSite site) {
    return new PageWatch(new Reports(site));
  }

  private static final class PageWatch implements Watch {
    private final Reports reports;

    /** The remapped table that a device holds. */
    private final Map<String, Clue> tables = new HashMap<>();

    private PageWatch(Reports reports) {
      this.reports = reports;
    }

    @Override
    public void see(Clue clue) {
      switch (clue.event()) {
        case DmaEvent.Remapped r -> tables.put(r.element(), clue);
        case DmaEvent.RemapUndone r -> tables.remove(r.element());
        case DmaEvent.HazardRaised h when h.rule().id().equals(NO_PAGE.id()) ->
            walked(h.text(), clue);
        default -> {}
      }
    }

    /** The hazard does not say who walked: the youngest table is the one that was just given. */
    private void walked(String text, Clue clue) {
      List<Clue> clues = new ArrayList<>(tables.values());
      clues.sort((a, b) -> Long.compare(b.position(), a.position()));
      if (clues.isEmpty()) {
        reports.error(NO_PAGE, clue.event().element(), text, clue);
      } else {
        Clue given = clues.getFirst();
        reports.error(NO_PAGE, given.event().element(), text, given, clue);
      }
    }
  }
}
