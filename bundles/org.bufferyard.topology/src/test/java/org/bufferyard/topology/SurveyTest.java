package org.bufferyard.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.bufferyard.platform.board.BoardSurvey;
import org.bufferyard.platform.board.BoardSurvey.Remark;
import org.bufferyard.platform.board.RemarkRules;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.spec.PoolSpec;
import org.junit.jupiter.api.Test;

/** A board that is looked at, not run. */
class SurveyTest {
  private static final String RAM =
      "<components T:Memory\" id=\"ram\" name=\"ram\" base=\"0x0\" %s>%s</components>";

  private static String pool(String id, long base, long size) {
    return "<pools id=\"%s\" name=\"%s\" kind=\"reserved\" base=\"0x%x\" size=\"%d\"/>"
        .formatted(id, id, base, size);
  }

  private static BoardSurvey survey(String content) {
    return TestBoards.read("", content).survey("f");
  }

  @Test
  void withoutMemoryWhatHasItsPlaceIsThereAllTheSame() {
    BoardSurvey survey =
        survey(RAM.formatted("", pool("a", 0x10_0000, 0x10_0000) + pool("b", 0x18_0000, 0x1000)));
    assertEquals(List.of(), survey.spec().memory());
    assertEquals(
        List.of("a", "b"), survey.spec().pools().stream().map(PoolSpec::id).toList());
    Remark overlap = survey.remarks().getFirst();
    assertEquals(RemarkRules.OVERLAP, overlap.rule());
    assertEquals("b", overlap.element());
    assertTrue(overlap.text().startsWith("b: it overlaps 'a'"), overlap.text());
  }

  @Test
  void everyPairThatOverlapsIsSaid() {
    String pools =
        pool("all", 0x10_0000, 0x10_0000)
            + pool("first", 0x11_0000, 0x1000)
            + pool("second", 0x12_0000, 0x1000);
    assertEquals(2, survey(RAM.formatted("size=\"1G\"", pools)).remarks().size());
  }

  @Test
  void aDisabledIommuIsRemarkedOnAtTheDevice() {
    String content =
        RAM.formatted("size=\"1G\"", "")
            + "<components T:Iommu\" id=\"mmu\" name=\"mmu\" model=\"m\" disabled=\"true\"/>"
            + "<components T:Device\" id=\"d\" name=\"d\" model=\"m\"><iommus iommu=\"mmu\""
            + " specifier=\"0x1\"/></components>"
            + "<components T:Bus\" id=\"pcie\" name=\"pcie\" pci=\"true\"><iommuMap iommu=\"mmu\""
            + " length=\"1\"/><iommuMap requesterId=\"1\" iommu=\"mmu\" length=\"1\"/></components>";
    List<Remark> remarks = survey(content).remarks();
    assertEquals(
        List.of("d", "pcie"), remarks.stream().map(Remark::element).toList(), "once a bus");
    remarks.forEach(r -> assertEquals(RemarkRules.DISABLED_IOMMU, r.rule()));
  }

  @Test
  void whatIsDisabledIsPassedOver() {
    String disabled = pool("b", 0x18_0000, 0x1000).replace("/>", " disabled=\"true\"/>");
    assertEquals(
        List.of(),
        survey(
                RAM.formatted("size=\"1G\"", pool("a", 0x10_0000, 0x10_0000) + disabled)
                    + "<components T:Device\" id=\"d\" name=\"d\" model=\"m\" disabled=\"true\""
                    + " memoryRegions=\"b\"/>")
            .remarks());
  }

  @Test
  void anErrorIsAnError() {
    BadInputException e =
        assertThrows(
            BadInputException.class,
            () -> survey(RAM.formatted("", pool("a", 0x10_0000, 0x1000) + pool("a", 0, 0x1000))));
    assertTrue(e.getMessage().startsWith("f:"), e.getMessage());
  }
}
