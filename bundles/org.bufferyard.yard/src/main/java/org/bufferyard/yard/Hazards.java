package org.bufferyard.yard;

import java.util.HashSet;
import java.util.Set;
import org.bufferyard.api.event.DmaEvent.HazardRaised;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;

/**
 * Turns reads of pages that are none into events: one a segment, however often it is read, until a
 * reader sets its next mark. Engine thread only.
 */
final class Hazards implements PageHazards {
  private static final Rule FABRICATED = Rule.of("C1", "dma_direct_get_sgtable");
  private static final Rule IMPORTER_WALKS_PAGES = Rule.of("P8", "sg_page");

  private final PlatformSpec spec;
  private final Log log;
  private final Set<Object> raised = new HashSet<>();
  private long epoch;

  Hazards(PlatformSpec spec, Log log) {
    this.spec = spec;
    this.log = log;
  }

  @Override
  public void noPage(Segment.DmaOnly segment) {
    raise(
        segment,
        IMPORTER_WALKS_PAGES,
        spec.name(),
        "importer walks pages: the segment at 0x"
            + Long.toHexString(segment.dma())
            + ", "
            + segment.dmaLength()
            + " bytes, has a DMA address only; on a machine this page pointer is wild");
  }

  @Override
  public void pageWithoutLinearMapping(Segment.PageBacked segment) {
    long phys = segment.page().phys();
    String pool =
        spec.pools().stream()
            .filter(p -> p.range().contains(phys))
            .map(PoolSpec::id)
            .findFirst()
            .orElse("");
    String where = pool.isEmpty() ? "" : " of pool '" + pool + "'";
    String text =
        segment.page().backing() == PageBacking.UNMAPPED
            ? "the page of pfn 0x%x%s has a struct page but no linear mapping: arithmetic on it works, "
                + "a CPU access or cache maintenance through it kills the kernel"
            : "the page of pfn 0x%x%s was made up: no struct page stands behind it, and whoever "
                + "reads it reads something else";
    raise(
        new Key(segment.page().pfn(), segment.offset(), segment.length()),
        FABRICATED,
        pool.isEmpty() ? spec.name() : pool,
        text.formatted(segment.page().pfn(), where));
  }

  /** A CPU segment whatever it is mapped at: mapping it makes another record of the same page. */
  private record Key(long pfn, int offset, long length) {}

  private void raise(Object key, Rule rule, String element, String text) {
    if (epoch != log.marks()) {
      epoch = log.marks();
      raised.clear();
    }
    if (raised.add(key)) {
      log.emit(new HazardRaised(rule, element, text));
    }
  }
}
