package org.bufferyard.dmabuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.contract.PlainDevice;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.ImporterOps;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.SgTable;
import org.junit.jupiter.api.Test;

/** Pin, move and revoke (F4, F6). */
class DynamicImportersTest {
  private final List<String> told = new ArrayList<>();
  private PlainYard yard;
  private ScriptedOps ops;
  private DmaBufs core;
  private DmaBuf buffer;

  private void open(KernelProfile kernel, boolean dynamicExporter) {
    open(new PlainYard(kernel), dynamicExporter);
  }

  private void open(PlainYard plain, boolean dynamicExporter) {
    yard = plain;
    ops = new ScriptedOps();
    ops.dynamic = dynamicExporter;
    core = new DmaBufCore().open(yard);
    buffer =
        core.export(yard.memory(yard.allocation(8192, AllocationSource.BUDDY)), ops)
            .buffer()
            .orElseThrow();
  }

  private final class Importer implements ImporterOps {
    private final String name;
    private final boolean canInvalidate;

    Importer(String name, boolean canInvalidate) {
      this.name = name;
      this.canInvalidate = canInvalidate;
    }

    @Override
    public boolean canInvalidate() {
      return canInvalidate;
    }

    @Override
    public void invalidateMappings(DmaBufAttachment attachment) {
      told.add(name + (attachment.buffer().reservation().isLocked() ? " locked" : " unlocked"));
    }
  }

  private DmaBufAttachment attach(String name, boolean canInvalidate) {
    return core.attach(buffer, new PlainDevice(name), new Importer(name, canInvalidate))
        .attachment()
        .orElseThrow();
  }

  private DmaBufAttachment attachStatic() {
    return core.attach(buffer, new PlainDevice("static"), false).attachment().orElseThrow();
  }

  private SgTable map(DmaBufAttachment t) {
    return core.map(t, DmaDirection.TO_DEVICE).table().orElseThrow();
  }

  // ---- pin on map ----

  @Test
  void from7AStaticImporterPinsWhileItIsMapped() {
    open(KernelProfile.LINUX_7_3, true);
    DmaBufAttachment t = attachStatic();
    core.unmap(t, map(t), DmaDirection.TO_DEVICE);
    core.detach(t);
    assertEquals(
        List.of("attach", "pin", "map:1", "unmap:1", "unpin", "detach"), ops.callbacks());
  }

  @Test
  void from7ADynamicImporterOfADynamicExporterPinsNothing() {
    open(KernelProfile.LINUX_7_3, true);
    DmaBufAttachment t = attach("dynamic", true);
    core.unmap(t, map(t), DmaDirection.TO_DEVICE);
    assertEquals(List.of("attach", "map:1", "unmap:1"), ops.callbacks());
  }

  @Test
  void until6TheyPinAllTheSame() {
    open(KernelProfile.LINUX_6_12, true);
    DmaBufAttachment t = attach("dynamic", true);
    core.unmap(t, map(t), DmaDirection.TO_DEVICE);
    assertEquals(List.of("attach", "pin", "map:1", "unmap:1", "unpin"), ops.callbacks());
  }

  /** dma_buf_map_attachment() with CONFIG_DMABUF_MOVE_NOTIFY. */
  @Test
  void withMoveNotifyADynamicImporterOf6xPinsNothing() {
    open(new PlainYard(KernelProfile.LINUX_6_12).notifyingMoves(), true);
    DmaBufAttachment t = attach("dynamic", true);
    core.unmap(t, map(t), DmaDirection.TO_DEVICE);
    assertEquals(List.of("attach", "map:1", "unmap:1"), ops.callbacks());
  }

  @Test
  void aMapThatFailsUnpinsOnlyWhatWasPinned() {
    for (boolean moveNotify : new boolean[] {false, true}) {
      PlainYard plain = new PlainYard(KernelProfile.LINUX_6_1);
      open(moveNotify ? plain.notifyingMoves() : plain, true);
      ops.mapError = Errno.EIO.rc();
      DmaBufAttachment t = attach("dynamic", true);
      assertEquals(Errno.EIO.rc(), core.map(t, DmaDirection.TO_DEVICE).rc());
      assertEquals(
          moveNotify
              ? List.of("attach", "map:1")
              : List.of("attach", "pin", "map:1", "unpin"),
          ops.callbacks());
    }
  }

  /** With it the importer has to follow; without it a move is told all the same. */
  @Test
  void aMoveIsToldWithAndWithoutMoveNotify() {
    for (boolean moveNotify : new boolean[] {false, true}) {
      PlainYard plain = new PlainYard(KernelProfile.LINUX_6_12);
      open(moveNotify ? plain.notifyingMoves() : plain, true);
      attach("one", true);
      buffer.reservation().lock();
      core.invalidateMappings(buffer);
      buffer.reservation().unlock();
    }
    assertEquals(List.of("one locked", "one locked"), told);
  }

  @Test
  void aPinThatNoImporterCouldSpareSaysWhy() {
    open(KernelProfile.LINUX_6_12, true);
    ops.pinError = Errno.ENOMEM.rc();
    assertEquals(
        Errno.ENOMEM.rc(), core.map(attach("dynamic", true), DmaDirection.TO_DEVICE).rc());
    assertTrue(
        yard.events().of(DmaEvent.Decided.class).stream()
            .anyMatch(d -> d.text().contains("without CONFIG_DMABUF_MOVE_NOTIFY")));
  }

  /** dma_buf_dynamic_attach(): the choice changes nothing for an importer that cannot be told. */
  @Test
  void withMoveNotifyAStaticImporterIsStillPinnedAtAttach() {
    open(new PlainYard(KernelProfile.LINUX_6_12).notifyingMoves(), true);
    DmaBufAttachment t = attachStatic();
    assertEquals(List.of("attach", "pin", "map:0"), ops.callbacks());
    core.unmap(t, map(t), DmaDirection.TO_DEVICE);
    core.detach(t);
    assertEquals(List.of("unmap:0", "unpin", "detach"), ops.callbacks());
  }

  @Test
  void kernelsFrom7HaveNoSuchChoice() {
    open(new PlainYard(KernelProfile.LINUX_7_3).notifyingMoves(), true);
    DmaBufAttachment t = attachStatic();
    core.unmap(t, map(t), DmaDirection.TO_DEVICE);
    assertEquals(List.of("attach", "pin", "map:1", "unmap:1", "unpin"), ops.callbacks());
  }

  @Test
  void until6AStaticImporterOfADynamicExporterIsPinnedAndMappedAtAttach() {
    open(KernelProfile.LINUX_6_12, true);
    DmaBufAttachment t = attachStatic();
    assertEquals(List.of("attach", "pin", "map:0"), ops.callbacks());
    core.unmap(t, map(t), DmaDirection.TO_DEVICE);
    assertEquals(List.of(), ops.callbacks());
    core.detach(t);
    assertEquals(List.of("unmap:0", "unpin", "detach"), ops.callbacks());
  }

  @Test
  void aPinThatIsRefusedRefusesTheMap() {
    open(KernelProfile.LINUX_7_3, true);
    ops.pinError = Errno.EBUSY.rc();
    DmaBufAttachment t = attachStatic();
    assertEquals(Errno.EBUSY.rc(), core.map(t, DmaDirection.TO_DEVICE).rc());
    assertEquals(List.of("attach", "pin"), ops.callbacks());
    assertEquals(1, yard.events().of(DmaEvent.KernelMessage.class).size(), "-EBUSY warns");
  }

  @Test
  void aMapThatFailsUnpins() {
    open(KernelProfile.LINUX_7_3, true);
    ops.mapError = Errno.EIO.rc();
    assertEquals(Errno.EIO.rc(), core.map(attachStatic(), DmaDirection.TO_DEVICE).rc());
    assertEquals(List.of("attach", "pin", "map:1", "unpin"), ops.callbacks());
  }

  // ---- the importer's own pin ----

  @Test
  void aDynamicImporterPinsUnderTheLock() {
    open(KernelProfile.LINUX_7_3, true);
    DmaBufAttachment t = attach("dynamic", true);
    buffer.reservation().lock();
    assertEquals(0, core.pin(t));
    core.unpin(t);
    buffer.reservation().unlock();
    assertEquals(List.of("attach", "pin", "unpin"), ops.callbacks());
    assertEquals(List.of(), yard.hazardTexts());
  }

  @Test
  void pinningIsForDynamicImportersUnderTheLock() {
    open(KernelProfile.LINUX_7_3, true);
    DmaBufAttachment t = attachStatic();
    core.pin(t);
    core.unpin(t);
    core.unpin(t);
    List<String> warnings =
        yard.events().of(DmaEvent.KernelMessage.class).stream().map(m -> m.text()).toList();
    assertTrue(warnings.stream().anyMatch(w -> w.contains("static importer")), warnings::toString);
    assertTrue(warnings.stream().anyMatch(w -> w.contains("without the reservation lock")));
    assertTrue(
        yard.hazardTexts().stream().anyMatch(h -> h.contains("unpins what it has not pinned")));
  }

  // ---- move and revoke ----

  @Test
  void aMoveIsToldToDynamicImportersUnderTheLock() {
    open(KernelProfile.LINUX_7_3, true);
    attach("one", true);
    attachStatic();
    attach("deaf", false);
    attach("two", true);
    buffer.reservation().lock();
    core.invalidateMappings(buffer);
    buffer.reservation().unlock();
    assertEquals(List.of("one locked", "two locked"), told);
  }

  @Test
  void aMoveWithoutTheLockIsReported() {
    open(KernelProfile.LINUX_7_3, true);
    attach("one", true);
    core.invalidateMappings(buffer);
    assertEquals(List.of("one unlocked"), told);
    assertTrue(yard.hazardTexts().getLast().contains("without the reservation lock"));
  }

  @Test
  void anExporterThatGoesTellsWhoCanBeTold() {
    open(KernelProfile.LINUX_7_3, false);
    ops.revokes = true;
    attach("one", true);
    attach("deaf", false);
    map(attachStatic());
    attach("two", true);
    ops.callbacks();
    core.revokeExports(new PlainDevice("exporter"));
    assertEquals(List.of(), ops.callbacks(), "another device object of that name");
    core.revokeExports(yard.exporter());
    assertEquals(List.of("revoke"), ops.callbacks());
    assertEquals(List.of("one locked", "two locked"), told);
    assertFalse(buffer.reservation().isLocked());
    assertEquals(List.of(), yard.hazardTexts());
    assertTrue(
        yard.events().of(DmaEvent.Decided.class).stream()
            .anyMatch(d -> d.element().equals("static") && d.text().contains("keeps its mapping")));
  }

  @Test
  void anExporterThatRevokesNothingTellsNobody() {
    open(KernelProfile.LINUX_7_3, true);
    attach("one", true);
    core.revokeExports(yard.exporter());
    assertEquals(List.of("attach", "revoke"), ops.callbacks());
    assertEquals(List.of(), told);
  }

  @Test
  void whoHoldsTheLockKeepsTheExporterFromGoing() {
    open(KernelProfile.LINUX_7_3, true);
    ops.revokes = true;
    attach("one", true);
    buffer.reservation().lock();
    core.revokeExports(yard.exporter());
    assertEquals(List.of(), told);
    assertTrue(yard.hazardTexts().getLast().contains("never returns"));
  }

  @Test
  void aReleasedBufferIsNotRevoked() {
    open(KernelProfile.LINUX_7_3, true);
    ops.revokes = true;
    core.put(buffer);
    ops.callbacks();
    core.revokeExports(yard.exporter());
    assertEquals(List.of(), ops.callbacks());
  }

  @Test
  void anInvalidatedImporterMapsAnew() {
    open(KernelProfile.LINUX_7_3, true);
    DmaBufAttachment t = attach("one", true);
    SgTable before = map(t);
    buffer.reservation().lock();
    core.invalidateMappings(buffer);
    core.unmapLocked(t, before, DmaDirection.TO_DEVICE);
    assertEquals(0, core.mapLocked(t, DmaDirection.TO_DEVICE).rc());
    buffer.reservation().unlock();
    assertEquals(List.of(), yard.hazardTexts());
  }

  @Test
  void until6ImporterOpsWithoutMoveNotifyAreRefused() {
    open(KernelProfile.LINUX_6_12, true);
    assertEquals(
        Errno.EINVAL.rc(),
        core.attach(buffer, new PlainDevice("deaf"), new Importer("deaf", false)).rc());
    assertEquals(List.of(), ops.callbacks());
  }

  @Test
  void revocableIsWhoCanBeTold() {
    open(KernelProfile.LINUX_7_3, true);
    assertTrue(attach("one", true).isRevocable());
    assertFalse(attach("deaf", false).isRevocable());
    assertFalse(attachStatic().isRevocable());
  }

  // ---- moves ----

  private int move(long sizeBytes) {
    buffer.reservation().lock();
    try {
      return core.move(buffer, yard.memory(yard.allocation(sizeBytes, AllocationSource.BUDDY)));
    } finally {
      buffer.reservation().unlock();
    }
  }

  @Test
  void aMoveTellsWhoFollowsItAndTheBufferIsItsNewMemory() {
    open(KernelProfile.LINUX_7_3, true);
    map(attach("one", true));
    ExportedMemory before = buffer.memory();
    assertEquals(0, move(8192));
    assertEquals(List.of("one locked"), told);
    assertNotSame(before, buffer.memory());
    assertTrue(buffer.isDynamic());
  }

  @Test
  void whoCannotFollowKeepsTheMemoryWhereItIsWhileItIsMapped() {
    open(KernelProfile.LINUX_7_3, true);
    DmaBufAttachment fixed = attachStatic();
    attach("one", true);
    SgTable table = map(fixed);
    ExportedMemory before = buffer.memory();
    assertEquals(Errno.EBUSY.rc(), move(8192));
    assertSame(before, buffer.memory());
    assertEquals(List.of(), told);
    core.unmap(fixed, table, DmaDirection.TO_DEVICE);
    assertEquals(0, move(8192));
  }

  @Test
  void opsWithoutPinAndOtherSizesDoNotMove() {
    open(KernelProfile.LINUX_7_3, true);
    assertEquals(Errno.EINVAL.rc(), move(4096));
    open(KernelProfile.LINUX_7_3, false);
    assertFalse(buffer.isDynamic());
    assertEquals(Errno.EINVAL.rc(), move(8192));
  }
}
