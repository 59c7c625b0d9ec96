package org.bufferyard.check.stream;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.platform.check.CheckRule;
import org.bufferyard.platform.check.CheckSite;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.Finding.Clue;
import org.osgi.service.component.annotations.Component;

/**
 * The life of a dma-buf: unmapped before it is detached, detached before it is released, and nothing
 * left mapped for an importer that went. The core of the kernel refuses none of it. Stateless; safe
 * for any thread.
 */
@Component
public final class AttachmentRule implements CheckRule {
  private static final Rule DETACH = Rule.of("F3", "dma_buf_detach");
  private static final Rule RELEASE = Rule.of("F2", "dma_buf_release");

  /** That are remembered. */
  private static final int ATTACHMENTS = 4096;

  /** Of one attachment that are remembered. */
  private static final int MAPPINGS = 256;

  @Override
  public Finding.Family family() {
    return Finding.Family.STREAM;
  }

  @Override
  public Watch open(CheckSite site) {
    return new AttachmentWatch(new Reports(site));
  }

  /** A buffer and an importer of it. */
  private record Pair(String buffer, String importer) {}

  /** A list that was mapped for a device. */
  private record MappedList(String importer, long dma) {}

  /** What stands between the two. */
  private static final class Attachment {
    private final Clue attached;
    private final Deque<Clue> mapped = new ArrayDeque<>();

    /** Lists that the exporter mapped for this importer, by first address. */
    private final Map<Long, Clue> lists = new Recent<>(MAPPINGS);

    private int count = 1;

    private Attachment(Clue attached) {
      this.attached = attached;
    }
  }

  private static final class AttachmentWatch implements Watch {
    private final Reports reports;
    private final Map<Pair, Attachment> attachments = new Recent<>(ATTACHMENTS);

    /** Who is attached to a buffer. */
    private final Map<String, Set<String>> importers = new Recent<>(ATTACHMENTS);

    /** Whose a mapped list is, by first address. */
    private final Map<MappedList, Attachment> lists = new Recent<>(ATTACHMENTS);

    /** The last list mapped for a device that no buffer claimed yet. */
    private final Map<String, Clue> unclaimed = new HashMap<>();

    private AttachmentWatch(Reports reports) {
      this.reports = reports;
    }

    @Override
    public void see(Clue clue) {
      switch (clue.event()) {
        case DmaEvent.Attached a -> attached(new Pair(a.element(), a.importer()), clue);
        case DmaEvent.SgMapped s -> unclaimed.put(s.element(), clue);
        case DmaEvent.Remapped r -> unclaimed.put(r.element(), clue);
        case DmaEvent.SgUnmapped s -> undone(s.element(), s.dma());
        case DmaEvent.RemapUndone r -> undone(r.element(), r.dma());
        case DmaEvent.BufferMapped m -> mapped(new Pair(m.element(), m.importer()), clue);
        case DmaEvent.BufferUnmapped u -> unmapped(new Pair(u.element(), u.importer()));
        case DmaEvent.Detached d -> detached(new Pair(d.element(), d.importer()), clue);
        case DmaEvent.Released r -> released(r.element(), clue);
        // What a dead thread held it holds for ever: nobody's mistake any more.
        case DmaEvent.Oopsed o -> forgetAll();
        case DmaEvent.Unbound u -> attachments.keySet().removeIf(p -> p.importer().equals(u.element()));
        default -> {}
      }
    }

    private void forgetAll() {
      attachments.clear();
      importers.clear();
      lists.clear();
    }

    private void attached(Pair pair, Clue clue) {
      Attachment there = attachments.get(pair);
      if (there == null) {
        attachments.put(pair, new Attachment(clue));
        importers.computeIfAbsent(pair.buffer(), b -> new LinkedHashSet<>()).add(pair.importer());
      } else {
        there.count++;
      }
    }

    private void mapped(Pair pair, Clue clue) {
      Attachment there = attachments.get(pair);
      if (there == null) {
        return;
      }
      there.mapped.addLast(clue);
      if (there.mapped.size() > MAPPINGS) {
        there.mapped.removeFirst();
      }
      Clue list = unclaimed.remove(pair.importer());
      if (list != null) {
        long[] dma =
            list.event() instanceof DmaEvent.SgMapped s
                ? s.dma()
                : ((DmaEvent.Remapped) list.event()).dma();
        if (dma.length > 0) {
          there.lists.put(dma[0], list);
          lists.put(new MappedList(pair.importer(), dma[0]), there);
        }
      }
    }

    private void undone(String importer, long[] dma) {
      if (dma.length == 0) {
        return;
      }
      unclaimed.remove(importer);
      Attachment owner = lists.remove(new MappedList(importer, dma[0]));
      if (owner != null) {
        owner.lists.remove(dma[0]);
      }
    }

    private void unmapped(Pair pair) {
      Attachment there = attachments.get(pair);
      if (there != null && !there.mapped.isEmpty()) {
        there.mapped.removeLast();
      }
    }

    private void detached(Pair pair, Clue clue) {
      Attachment there = attachments.get(pair);
      if (there == null || --there.count > 0) {
        return;
      }
      attachments.remove(pair);
      importers.computeIfPresent(
          pair.buffer(),
          (buffer, attached) -> {
            attached.remove(pair.importer());
            return attached.isEmpty() ? null : attached;
          });
      String who = reports.name(pair.importer());
      if (!there.mapped.isEmpty()) {
        reports.error(
            DETACH,
            pair.importer(),
            who + " is detached from " + pair.buffer() + " while it has it mapped",
            there.mapped.getLast(),
            clue);
      } else if (!there.lists.isEmpty()) {
        reports.error(
            DETACH,
            pair.importer(),
            "a mapping of " + pair.buffer() + " for " + who + " is left when it is detached",
            there.lists.values().iterator().next(),
            clue);
      }
    }

    private void released(String buffer, Clue clue) {
      Set<String> attached = importers.remove(buffer);
      if (attached == null) {
        return;
      }
      for (String importer : attached) {
        Attachment left = attachments.remove(new Pair(buffer, importer));
        if (left != null) {
          reports.error(
              RELEASE,
              importer,
              buffer + " is released while " + reports.name(importer) + " is attached to it",
              left.attached,
              clue);
        }
      }
    }
  }
}
