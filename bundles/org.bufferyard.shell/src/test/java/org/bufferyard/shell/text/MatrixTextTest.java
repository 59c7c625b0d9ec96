package org.bufferyard.shell.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.verdict.MatrixReport;
import org.bufferyard.platform.verdict.MatrixReport.Cell;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Verdict;
import org.junit.jupiter.api.Test;

class MatrixTextTest {
  private static final DeviceNames NAMES =
      new DeviceNames(
          new PlatformSpec(
              "b",
              new MachineSpec(
                  MachineSpec.Architecture.ARM64,
                  -1L,
                  true,
                  false,
                  Optional.empty(),
                  MachineSpec.Bounce.NONE,
                  MachineSpec.IommuMode.STRICT),
              List.of(),
              List.of(),
              List.of(),
              List.of()));

  private static Cell cell(String from, String to, Optional<Verdict> verdict, int hazards) {
    return new Cell("mainline", MemoryKind.DEFAULT, from, to, verdict, false, "", hazards);
  }

  private static String text(List<Cell> cells) {
    return new MatrixText(new MatrixReport("b", "7.3", cells), NAMES).text();
  }

  @Test
  void aSmallBoardIsATableUnderItsCounts() {
    String text =
        text(
            List.of(
                cell("cam", "gpu", Optional.of(Verdict.SHARED), 1),
                cell("gpu", "cam", Optional.of(Verdict.CORRUPT), 0)));
    assertTrue(text.contains("mainline, memory default: 1 CORRUPT, 1 SHARED\n"), text);
    assertTrue(text.contains("exporter \\ importer  cam      gpu\n"), text);
    assertTrue(text.contains("cam                           SHARED*\n"), text);
  }

  @Test
  void aLargeBoardIsToldExporterByExporterTheWorstFirst() {
    List<Cell> cells = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Verdict verdict = i == 7 ? Verdict.STALE : Verdict.SHARED;
      cells.add(cell("camera@1000", "importer@" + i, Optional.of(verdict), 0));
      cells.add(cell("codec@2000", "importer@" + i, Optional.of(Verdict.OOPS), 1));
      cells.add(cell("none@3000", "importer@" + i, Optional.empty(), 0));
    }
    String text = text(cells);
    assertTrue(text.contains("default: 20 OOPS, 1 STALE, 19 SHARED\n  camera@1000\n"), text);
    assertTrue(text.contains("    STALE      importer@7\n    SHARED     importer@0, "), text);
    assertTrue(text.contains("\n  codec@2000\n    OOPS*      all 20\n"), text);
    assertTrue(text.contains("\n  none@3000\n    -          all 20\n"), text);
    assertEquals(List.of(), text.lines().filter(l -> l.length() > 80).toList());
  }
}
