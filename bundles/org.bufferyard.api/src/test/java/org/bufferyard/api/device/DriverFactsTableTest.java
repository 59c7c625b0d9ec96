package org.bufferyard.api.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DriverFactsTableTest {

  @Test
  void aLineGivesEveryModelTheSameFacts() {
    DriverFactsTable table =
        DriverFactsTable.parse(
            "a.facts",
            List.of(
                "# a comment",
                "",
                "x,one x,two | gsc | vb2-contig | vb2-dma-contig | 36 | 0xffffffff | c.c: probe()"));
    assertEquals(Set.of("x,one", "x,two"), table.models());
    DriverFacts facts = table.of("x,two");
    assertEquals("gsc", facts.driver());
    assertEquals(ImportPath.VB2_DMA_CONTIG, facts.importPath());
    assertEquals(OptionalLong.of(0xf_ffff_ffffL), facts.dmaMask());
    assertEquals(OptionalLong.of(0xffff_ffffL), facts.maxSegmentSize());
    assertEquals("c.c: probe()", facts.source());
    assertEquals(1, table.drivers().size());
  }

  @Test
  void aDashLeavesTheDefault() {
    DriverFacts facts =
        DriverFactsTable.parse("a.facts", List.of("x | d | prime | gem-sg | - | - | s")).of("x");
    assertEquals(OptionalLong.empty(), facts.dmaMask());
    assertEquals(OptionalLong.empty(), facts.maxSegmentSize());
  }

  @Test
  void sixtyFourBitsAreAllOnes() {
    assertEquals(
        OptionalLong.of(-1L),
        DriverFactsTable.parse("a", List.of("x | d | prime | gem-sg | 64 | - | s"))
            .of("x")
            .dmaMask());
  }

  @Test
  void aColumnSaysWhenReservedRegionsAreTaken() {
    DriverFactsTable table =
        DriverFactsTable.parse(
            "a",
            List.of(
                "x | d | prime | gem-sg | - | - | without-iommu | s",
                "y | d | prime | gem-sg | - | - | never | t",
                "z | d | prime | gem-sg | - | - | u"));
    assertEquals(PoolUse.WITHOUT_IOMMU, table.of("x").pools());
    assertEquals("s", table.of("x").source());
    assertTrue(table.of("x").pools().attaches(false));
    assertFalse(table.of("x").pools().attaches(true));
    assertFalse(table.of("y").pools().attaches(false));
    assertTrue(table.of("z").pools().attaches(true), "left out: always");
  }

  @Test
  void aModelThatIsNotThereIsUnknown() {
    assertEquals(DriverFacts.unknown(), DriverFactsTable.parse("a.facts", List.of()).of("x"));
  }

  @Test
  void aWrongLineIsNamed() {
    for (String wrong :
        List.of(
            "x | d | o | vb2-dma-contig | - | -",
            "x | d | o | by-post | - | - | s",
            "x | d | o | gem-sg | 65 | - | s",
            "x | d | o | gem-sg | 0 | - | s",
            "x | d | o | gem-sg | - | many | s",
            "x |  | o | gem-sg | - | - | s",
            "x | d | o | gem-sg | - | - | sometimes | s",
            "x x | d | o | gem-sg | - | - | s")) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> DriverFactsTable.parse("a.facts", List.of("# one", wrong)));
      assertEquals("a.facts:2: ", e.getMessage().substring(0, 11), e.getMessage());
    }
  }

  @Test
  void aMissingResourceIsNamed() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> DriverFactsTable.read(DriverFactsTableTest.class, "/facts/none.facts"));
    assertEquals("/facts/none.facts", e.getMessage().substring(0, 17));
  }
}
