package org.bufferyard.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.PciPath;
import org.bufferyard.api.dma.PciPath.Bridge;
import org.bufferyard.api.dma.PciPath.Peers;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufs.AttachResult;
import org.bufferyard.api.dmabuf.DmaBufs.ExportResult;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.ImporterOps;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.MachineSpec.BounceMode;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.wiring.PlainWiring;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.platform.yard.Yards;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The exporters of register windows, phys-vec (F15) and vfio-pci (G7), wherever both
 * stand (F14), against static importers, as
 * all in {@link ExporterPairsTest} are, and dynamic ones. Nothing can be bounced there, no page is
 * ever handed on, and who may import is asked at attach.
 */
class RegisterPairsTest {
  private static final int BYTES = 0x4000;

  private static final ImporterOps PEER =
      new ImporterOps() {
        @Override
        public boolean allowsPeer2peer() {
          return true;
        }

        @Override
        public boolean canInvalidate() {
          return true;
        }

        @Override
        public void invalidateMappings(DmaBufAttachment attachment) {
          // Nobody moves registers here.
        }
      };

  /** What came of export, attach and map, each with the rules that it stated. */
  private record Outcome(String at, String result, List<String> rules) {}

  @ParameterizedTest(name = "{0} to a {1} importer, {2}: {3} {4}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          phys-vec | static  | direct       | map    | 1 entry      | C5
          phys-vec | static  | translated   | map    | 1 entry      | D4
          phys-vec | static  | two-direct   | map    | 2 entries    | C5
          phys-vec | static  | two-translated | map  | -EEXIST      | F15
          phys-vec | static  | out-of-reach | map    | -ENOMEM      | F15
          phys-vec | static  | bounce       | map    | -ENOMEM      | F15
          phys-vec | static  | 6.12         | export | -EOPNOTSUPP  | F15
          phys-vec | static  | platform     | map    | -EINVAL      | F14
          phys-vec | static  | unlisted     | map    | -EINVAL      | F14
          phys-vec | static  | switch-translated | map | 1 entry    | F14
          vfio-pci | dynamic | unlisted     | map    | -EINVAL      | F14
          phys-vec | dynamic | translated   | map    | 1 entry      | D4
          vfio-pci | static  | direct       | attach | -EOPNOTSUPP  | G7
          vfio-pci | static  | translated   | attach | -EOPNOTSUPP  | G7
          vfio-pci | dynamic | direct       | map    | 1 entry      | C5
          vfio-pci | dynamic | translated   | map    | 1 entry      | D4
          vfio-pci | dynamic | two-translated | map  | -EEXIST      | F15
          vfio-pci | dynamic | out-of-reach | map    | -ENOMEM      | F15
          vfio-pci | dynamic | 6.12         | export | -EOPNOTSUPP  | F15
          """)
  void everyPairIsWhatTheRulesSay(
      String ops, String importer, String setting, String at, String result, String rule) {
    DrawnBoard board = board(setting);
    try (PlainWiring wiring = PlainWiring.wire();
        Yard yard =
            wiring.get(Yards.class).open(placed(board, setting), YardOptions.fidelity(board.kernel))) {
      Outcome outcome =
          yard.call(
              state -> {
                state.events().record(true);
                Outcome made =
                    share(state, ops, importer.equals("dynamic"), setting.startsWith("two") ? 2 : 1);
                assertTrue(state.balance().isClean(), () -> state.balance().toString());
                return made;
              });
      assertEquals(at + " " + result, outcome.at() + " " + outcome.result());
      assertTrue(outcome.rules().contains(rule), () -> rule + " in " + outcome.rules());
    }
  }

  private static DrawnBoard board(String setting) {
    DrawnBoard board = new DrawnBoard();
    board.codecHasPool = false;
    board.scalerTranslated = setting.endsWith("translated");
    switch (setting) {
      case "out-of-reach" -> {
        board.scalerMask = 0xff_ffffL;
        board.bounce = BounceMode.OFF;
      }
      case "bounce" -> board.scalerMask = 0xff_ffffL;
      case "6.12" -> board.kernel = KernelProfile.LINUX_6_12;
      default -> { /* as drawn */ }
    }
    return board;
  }

  /** On one root bus whose host bridge forwards between functions, unless the setting differs. */
  private static PlatformSpec placed(DrawnBoard board, String setting) {
    PlatformSpec spec = board.spec();
    if (setting.equals("platform")) {
      return spec;
    }
    boolean common = setting.startsWith("switch");
    PciPath path =
        new PciPath(
            "root",
            setting.equals("unlisted") || common ? Peers.UNLISTED : Peers.SAME_HOST_BRIDGE,
            0,
            common ? List.of(new Bridge("switch", false)) : List.of());
    for (DeviceSpec device : board.spec().devices()) {
      spec = spec.with(device.at(path));
    }
    return spec;
  }

  private static Outcome share(YardState yard, String ops, boolean dynamic, int windows) {
    long mark = yard.events().mark();
    ExportResult exported =
        yard.dmaBufs()
            .export(registers(yard, windows), OpsPolicy.MAINLINE, ops, Optional.empty());
    if (exported.rc() < 0) {
      return outcome(yard, mark, "export", Errno.text(exported.rc()));
    }
    DmaBuf buffer = exported.buffer().orElseThrow();
    try {
      AttachResult attached =
          dynamic
              ? yard.dmaBufs().attach(buffer, yard.device(DrawnBoard.SCALER), PEER)
              : yard.dmaBufs().attach(buffer, yard.device(DrawnBoard.SCALER), false);
      return attached.rc() < 0
          ? outcome(yard, mark, "attach", Errno.text(attached.rc()))
          : map(yard, mark, attached.attachment().orElseThrow());
    } finally {
      yard.dmaBufs().put(buffer);
    }
  }

  private static Outcome map(YardState yard, long mark, DmaBufAttachment attachment) {
    SgResult mapped = yard.dmaBufs().map(attachment, DmaDirection.TO_DEVICE);
    String result = Errno.text(mapped.rc());
    if (mapped.table().isPresent()) {
      SgTable table = mapped.table().get();
      assertTrue(table.isDmaOnly(), "no page is handed on");
      assertEquals(0, table.origNents());
      result = table.nents() + (table.nents() == 1 ? " entry" : " entries");
      yard.dmaBufs().unmap(attachment, table, DmaDirection.TO_DEVICE);
    }
    yard.dmaBufs().detach(attachment);
    return outcome(yard, mark, "map", result);
  }

  private static Outcome outcome(YardState yard, long mark, String at, String result) {
    List<String> rules =
        yard.events().since(mark).stream()
            .filter(DmaEvent.Decided.class::isInstance)
            .map(e -> ((DmaEvent.Decided) e).rule().id())
            .toList();
    return new Outcome(at, result, rules);
  }

  /** Windows at 256 MiB, far from memory. */
  private static ExportedMemory registers(YardState yard, int windows) {
    List<Segment.PageBacked> entries = new ArrayList<>();
    for (int i = 0; i < windows; i++) {
      long base = 0x1000_0000L + i * 0x10_0000L;
      entries.add(
          new Segment.PageBacked(
              new PageRef(base >>> PageRef.SHIFT, PageBacking.NONE), 0, BYTES));
    }
    return new ExportedMemory(
        yard.device(DrawnBoard.CODEC),
        (long) windows * BYTES,
        Optional.empty(),
        Optional.of(SgTable.ofPages(entries)));
  }
}
