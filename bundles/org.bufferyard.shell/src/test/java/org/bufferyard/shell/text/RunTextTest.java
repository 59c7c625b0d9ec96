package org.bufferyard.shell.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.util.List;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.platform.scenario.RunReport;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.platform.yard.TranslationCache;
import org.bufferyard.shell.json.RunJson;
import org.junit.jupiter.api.Test;

/** What the caches of a board's IOMMUs did stands in a run's report. */
class RunTextTest {
  private static final DeviceNames NOBODY = new DeviceNames(EmptyBoard.SPEC);

  private static RunReport report(TranslationCache... caches) {
    return new RunReport("s", "7.3", List.of(), List.of(), List.of(caches));
  }

  @Test
  void everyIommuThatCountsHasALine() {
    RunReport report =
        report(
            new TranslationCache("i0", "dmar0", new TlbCounts(1234, 56, 7, 8, 9)),
            new TranslationCache("i1", "gpu-mmu", TlbCounts.NONE));
    assertTrue(
        new RunText(report, NOBODY)
            .text()
            .contains(
                """
                  IOTLB of  hits  misses  evictions  invalidations  dropped
                  dmar0     1234      56          7              8        9
                  gpu-mmu      0       0          0              0        0
                """),
        () -> new RunText(report, NOBODY).text());
    JsonObject json = RunJson.of(report, NOBODY);
    assertEquals(
        "[{\"iommu\":\"i0\",\"iotlb\":{\"hits\":1234,\"misses\":56,\"evictions\":7,"
            + "\"invalidations\":8,\"invalidated\":9}},"
            + "{\"iommu\":\"i1\",\"iotlb\":{\"hits\":0,\"misses\":0,\"evictions\":0,"
            + "\"invalidations\":0,\"invalidated\":0}}]",
        json.get("iommus").toString());
  }

  @Test
  void aBoardWithoutThemHasNoTable() {
    assertFalse(new RunText(report(), NOBODY).text().contains("IOTLB"));
    assertEquals("[]", RunJson.of(report(), NOBODY).get("iommus").toString());
  }
}
