package org.bufferyard.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.PciPath;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.ImporterOps;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.wiring.PlainWiring;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.platform.yard.Yards;
import org.junit.jupiter.api.Test;

/** vfio-pci's ops in a yard (G7): whom they take, and what is left when the function goes. */
class RevokedRegistersTest {
  private static final long BAR = 0x1000_0000L;

  private static DmaBuf exported(YardState yard) {
    SgTable bar =
        SgTable.ofPages(
            List.of(
                new Segment.PageBacked(
                    new PageRef(BAR >>> PageRef.SHIFT, PageBacking.NONE), 0, 0x4000)));
    ExportedMemory registers =
        new ExportedMemory(
            yard.device(DrawnBoard.CODEC), 0x4000, Optional.empty(), Optional.of(bar));
    return yard.dmaBufs()
        .export(registers, OpsPolicy.MAINLINE, "vfio-pci", Optional.empty())
        .buffer()
        .orElseThrow();
  }

  /** The board's devices as functions on one root bus that forwards between them. */
  private static PlatformSpec onPci(PlatformSpec board) {
    PciPath root = new PciPath("root", PciPath.Peers.SAME_HOST_BRIDGE, 0, List.of());
    PlatformSpec moved = board;
    for (DeviceSpec device : board.devices()) {
      moved = moved.with(device.at(root));
    }
    return moved;
  }

  private static ImporterOps importer(boolean peer2peer, boolean canInvalidate) {
    return new ImporterOps() {
      @Override
      public boolean allowsPeer2peer() {
        return peer2peer;
      }

      @Override
      public boolean canInvalidate() {
        return canInvalidate;
      }

      @Override
      public void invalidateMappings(DmaBufAttachment attachment) {
        // Nobody moves registers here.
      }
    };
  }

  @Test
  void onlyPeersThatCanBeToldAreTakenAndNoneAfterTheFunctionWent() {
    DrawnBoard board = new DrawnBoard();
    board.codecHasPool = false;
    try (PlainWiring wiring = PlainWiring.wire();
        Yard yard =
            wiring.get(Yards.class).open(onPci(board.spec()), YardOptions.fidelity(board.kernel))) {
      yard.call(
          state -> {
            DmaBufs core = state.dmaBufs();
            YardDevice scaler = state.device(DrawnBoard.SCALER);
            DmaBuf buffer = exported(state);
            int refused = Errno.EOPNOTSUPP.rc();
            assertEquals(refused, core.attach(buffer, scaler, false).rc());
            assertEquals(refused, core.attach(buffer, scaler, true).rc());
            assertEquals(refused, core.attach(buffer, scaler, importer(false, true)).rc());
            assertEquals(refused, core.attach(buffer, scaler, importer(true, false)).rc());
            DmaBufAttachment peer =
                core.attach(buffer, scaler, importer(true, true)).attachment().orElseThrow();
            SgTable table = core.map(peer, DmaDirection.BIDIRECTIONAL).table().orElseThrow();
            assertEquals(0, table.origNents());
            assertTrue(table.isDmaOnly());
            long iova = table.mapped().getFirst().dma();
            assertEquals(
                BAR, scaler.domain().orElseThrow().table().iovaToPhys(iova), "the BAR is behind it");
            core.unmap(peer, table, DmaDirection.BIDIRECTIONAL);
            state.recreate(DrawnBoard.CODEC);
            assertEquals(Errno.ENODEV.rc(), core.map(peer, DmaDirection.BIDIRECTIONAL).rc());
            assertEquals(
                Errno.ENODEV.rc(), core.attach(buffer, scaler, importer(true, true)).rc());
            core.detach(peer);
            core.put(buffer);
            assertTrue(state.balance().isClean(), () -> state.balance().toString());
            return null;
          });
    }
  }

  @Test
  void anImporterIsToldBeforeTheFunctionIsGoneAndUnmapsUnderTheLock() {
    DrawnBoard board = new DrawnBoard();
    board.codecHasPool = false;
    try (PlainWiring wiring = PlainWiring.wire();
        Yard yard =
            wiring.get(Yards.class).open(onPci(board.spec()), YardOptions.fidelity(board.kernel))) {
      yard.call(
          state -> {
            DmaBufs core = state.dmaBufs();
            DmaBuf buffer = exported(state);
            Unmapping importer = new Unmapping(core);
            importer.attachAndMap(buffer, state.device(DrawnBoard.SCALER));
            state.injection().unplug(state.device(DrawnBoard.CODEC));
            assertEquals(List.of("told, map again: -19"), importer.seen);
            assertEquals(0, state.balance().mappings(), "it unmapped");
            return null;
          });
    }
  }

  /** Lets its mapping go when it is told, and tries to get another. */
  private static final class Unmapping implements ImporterOps {
    private final DmaBufs core;
    private final List<String> seen = new ArrayList<>();
    private SgTable mapped;

    Unmapping(DmaBufs core) {
      this.core = core;
    }

    void attachAndMap(DmaBuf buffer, YardDevice device) {
      DmaBufAttachment attachment = core.attach(buffer, device, this).attachment().orElseThrow();
      mapped = core.map(attachment, DmaDirection.BIDIRECTIONAL).table().orElseThrow();
    }

    @Override
    public boolean allowsPeer2peer() {
      return true;
    }

    @Override
    public void invalidateMappings(DmaBufAttachment attachment) {
      core.unmapLocked(attachment, mapped, DmaDirection.BIDIRECTIONAL);
      seen.add(
          "told, map again: " + core.mapLocked(attachment, DmaDirection.BIDIRECTIONAL).rc());
    }
  }
}
