package org.bufferyard.importer.recorded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.recorded.RecordedBoot;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentReaderTest {
  private static String text(String run) throws IOException {
    try (InputStream in = EnvironmentReaderTest.class.getResourceAsStream(run + ".json")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static RecordedBoot read(String run) throws IOException {
    return new EnvironmentReader().read(new StringReader(text(run)), run);
  }

  private static DeviceSpec device(RecordedBoot boot, String name) {
    return boot.board().device(name).orElseThrow();
  }

  @Test
  void banksJoinOverNoMapPools() throws IOException {
    RecordedBoot boot = read("arm64-6.1-direct");
    assertEquals(1, boot.board().memory().size());
    assertEquals(
        new PhysRange(0x4000_0000L, 0x1_4000_0000L), boot.board().memory().getFirst().range());
    assertEquals(0x1_7fff_ffffL, boot.board().lastRamByte());
    assertEquals(KernelProfile.LINUX_6_1, boot.kernel());
    assertEquals(Optional.of(new PhysRange(0x8000_0000L, 0x40_0000L)), boot.arena("L"));
  }

  @Test
  void zoneDmaEndsAtTheLowestHighestWindow() throws IOException {
    assertEquals(0x7fff_ffffL, read("arm64-6.1-direct").board().machine().zoneDmaLimit());
    assertEquals(0xff_ffffL, read("x86-6.12-vtd-aw48-forcedac").board().machine().zoneDmaLimit());
  }

  @Test
  void poolsComeFromTheTreeWhereTheLogWasNotKept() throws IOException {
    RecordedBoot boot = read("arm64-6.1-direct");
    assertEquals(8, boot.board().pools().size());
    PoolSpec pool = boot.board().pool("pool5").orElseThrow();
    assertEquals(new PhysRange(0x1_4000_0000L, 0x20_0000L), pool.range());
    assertTrue(pool.noMap());
    assertEquals(PoolSpec.Kind.CMA, boot.board().pool("pool2").orElseThrow().kind());
    assertEquals(List.of("pool0"), device(boot, "S4").pools());
    assertEquals(
        Optional.of(new PhysRange(0x7c00_0000L, 64 << 20)), boot.board().machine().defaultCma());
  }

  @Test
  void poolsComeFromTheLogWhereItWasKept() throws IOException {
    RecordedBoot boot = read("arm64-7.3dbg-direct+rdp");
    PoolSpec pool = boot.board().pool("rdp1").orElseThrow();
    assertEquals(PoolSpec.Kind.RESTRICTED, pool.kind());
    assertEquals(new PhysRange(0x7680_0000L, 256 << 10), pool.range());
    assertFalse(pool.noMap());
    assertEquals(List.of("pool0", "rdp0"), device(boot, "X7").pools());
    // The kernel refused rdp3, so nobody has it.
    assertEquals(List.of(), device(boot, "X4").pools());
  }

  @ParameterizedTest
  @CsvSource({"P0, ffffffff, 0", "R0, 3fffffff, 3fffffff", "W0, 7fffffff, 7fffffff"})
  void freshMasksFollowTheWindows(String name, String mask, String limit) throws IOException {
    DeviceSpec.Reach reach = device(read("arm64-6.1-direct"), name).reach();
    assertEquals(Long.parseLong(mask, 16), reach.dmaMask().getAsLong());
    assertEquals(Long.parseLong(mask, 16), reach.coherentDmaMask());
    assertEquals(Long.parseLong(limit, 16), reach.busDmaLimit());
  }

  @Test
  void twoWindowsKeepTheirOrder() throws IOException {
    DeviceSpec.Reach reach = device(read("arm64-6.1-direct"), "V0").reach();
    assertEquals(0x9fff_ffffL, reach.busDmaLimit());
    assertEquals(0xffff_ffffL, reach.dmaMask().getAsLong());
    assertEquals(0x8000_0000L, reach.rangeMap().toDma(0x4000_0000L));
    assertEquals(0x1000_0000L, reach.rangeMap().toDma(0x6000_0000L));
  }

  @Test
  void masksOfTheMomentAreNotThoseOfAFreshDevice() throws IOException {
    // The environment was written with 0x3fffffff set on A.
    DeviceSpec a = device(read("arm64-7.3-smmu-strict"), "A");
    assertEquals(0xffff_ffffL, a.reach().dmaMask().getAsLong());
    assertEquals(0xffff_ffffL, a.limits().segmentBoundary());
    assertEquals(-1L, device(read("arm64-7.3-smmu-strict"), "S0").limits().segmentBoundary());
  }

  @Test
  void streamsAndReservationsComeOnlyBehindAnIommu() throws IOException {
    RecordedBoot smmu = read("arm64-7.3-smmu-strict");
    assertEquals(
        List.of(new StreamId("smmu", List.of(0x99L))), device(smmu, "E").streams());
    assertEquals(
        List.of(new StreamId("smmu", List.of(0x1000L))), device(smmu, "S0").streams());
    assertEquals(List.of(), device(smmu, "N0").streams());
    // The software MSI window is a reserved region of the group, not of the allocator (D3).
    assertEquals(2, device(smmu, "A").reservedIova().size());
    RecordedBoot vtd = read("x86-6.12-vtd-aw48-forcedac");
    assertTrue(
        device(vtd, "A").reservedIova().contains(new PhysRange(0xfee0_0000L, 1 << 20)));
    assertTrue(vtd.board().machine().iommu().forcedac());
    assertTrue(device(vtd, "A").identityIova().isEmpty());
    RecordedBoot direct = read("arm64-6.1-direct");
    assertTrue(direct.board().iommus().isEmpty());
    assertEquals(List.of(), device(direct, "S0").streams());
    assertEquals(List.of(), device(direct, "A").reservedIova());
  }

  @Test
  void bouncePoolAndModeFollowTheConfiguration() throws IOException {
    MachineSpec.Bounce bounce = read("arm64-6.1-direct").board().machine().swiotlb();
    assertEquals(MachineSpec.BounceMode.AUTO, bounce.mode());
    assertEquals(Optional.of(new PhysRange(0x7800_0000L, 64 << 20)), bounce.region());
    String forced = text("arm64-6.1-direct").replace("\"direct\"", "\"swiotlb-force\"");
    assertEquals(
        MachineSpec.BounceMode.FORCE,
        new EnvironmentReader()
            .read(new StringReader(forced), "forced")
            .board()
            .machine()
            .swiotlb()
            .mode());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"arch\":\"arm64\"|\"arch\":\"vax\"|neither arm64 nor x86",
        "\"kernel\":\"6.1.0|\"kernel\":\"5.4.0|has no profile",
        "\"bar0\":[\"0x10000000\"|\"bar0\":[\"0x1000000g\"|\"devices[0].bar0[0]\" is no number",
        "40000000-6fffffff : System RAM|40000000 System RAM|no line of /proc/iomem",
        "\"arenas\"|\"arena\"|has no \"arenas\"",
        "\"L\":[\"0x80000\",1024]|\"L\":[\"0x80000\",0]|impossible number",
        "{\"run\"|{\"run|no JSON"
      })
  void whatIsWrongIsSaidInOneLine(String right, String wrong, String complaint)
      throws IOException {
    String text = text("arm64-6.1-direct");
    assertTrue(text.contains(right), right);
    String message =
        assertThrows(
                BadInputException.class,
                () ->
                    new EnvironmentReader()
                        .read(new StringReader(text.replace(right, wrong)), "env/x.json"))
            .getMessage();
    assertTrue(message.contains(complaint), message);
    assertTrue(message.startsWith("env/x.json: "), message);
    assertEquals(1, message.lines().count(), message);
  }
}
