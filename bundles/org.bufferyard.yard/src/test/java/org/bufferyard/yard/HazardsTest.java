package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.bufferyard.api.event.DmaEvent.HazardRaised;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Segment;
import org.junit.jupiter.api.Test;

/** Reads of pages that are none. */
final class HazardsTest {
  private final Log log = new Log();
  private final Hazards hazards = new Hazards(new Bench().spec(), log);

  private List<HazardRaised> raised() {
    return log.since(0).stream().map(HazardRaised.class::cast).toList();
  }

  @Test
  void aFabricatedPageIsSaidOnceASegmentWhereverItIsMapped() {
    Segment.PageBacked segment =
        new Segment.PageBacked(new PageRef(0x70000, PageBacking.UNMAPPED), 0, 8192);
    segment.page(hazards);
    segment.page(hazards);
    segment.mappedAt(0xffff_e000L, 8192).page(hazards);
    assertEquals(1, raised().size());
    HazardRaised hazard = raised().getFirst();
    assertEquals("C1", hazard.rule().id());
    assertEquals("pool0", hazard.element());
    assertTrue(hazard.text().contains("pfn 0x70000 of pool 'pool0'"), hazard.text());
    assertTrue(hazard.text().contains("no linear mapping"), hazard.text());
    new Segment.PageBacked(new PageRef(0x70002, PageBacking.UNMAPPED), 0, 4096).page(hazards);
    assertEquals(2, raised().size());
  }

  @Test
  void aPageWithoutStructPageSaysSo() {
    new Segment.PageBacked(new PageRef(0x10, PageBacking.NONE), 0, 4096).page(hazards);
    assertEquals("bench", raised().getFirst().element());
    assertTrue(raised().getFirst().text().contains("was made up"), raised().getFirst().text());
  }

  @Test
  void anImporterThatWalksPagesOfADmaOnlySegmentGetsNoneAndAHazard() {
    Segment segment = new Segment.DmaOnly(0xfffc_0000L, 65536);
    assertEquals(PageRef.ABSENT, segment.page(hazards));
    segment.page(hazards);
    assertEquals(1, raised().size());
    assertEquals("P8", raised().getFirst().rule().id());
    assertTrue(raised().getFirst().text().contains("importer walks pages"));
    assertTrue(raised().getFirst().text().contains("0xfffc0000, 65536 bytes"));
  }

  @Test
  void anHonestPageIsNoHazard() {
    new Segment.PageBacked(new PageRef(0x40000, PageBacking.LINEAR), 0, 4096).page(hazards);
    assertEquals(List.of(), raised());
  }

  @Test
  void aReaderWithANewMarkHearsItAgain() {
    Segment segment = new Segment.DmaOnly(0x1000, 4096);
    segment.page(hazards);
    long mark = log.mark();
    segment.page(hazards);
    segment.page(hazards);
    assertEquals(1, log.since(mark).size());
  }
}
