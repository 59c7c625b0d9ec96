package org.bufferyard.platform.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.spec.DeviceSpec.Limits;
import org.bufferyard.platform.spec.DeviceSpec.Reach;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.bufferyard.platform.spec.MachineSpec.Bounce;
import org.bufferyard.platform.spec.MachineSpec.IommuMode;
import org.junit.jupiter.api.Test;

class DeviceNamesTest {
  private static final PlatformSpec BOARD =
      new PlatformSpec(
          "two-isps",
          new MachineSpec(
              Architecture.ARM64,
              -1L,
              true,
              false,
              Optional.empty(),
              Bounce.NONE,
              IommuMode.STRICT),
          List.of(),
          List.of(),
          List.of(),
          List.of(
              device("a", "isp", "/soc/bus0/isp@100"),
              device("b", "isp", "/soc/bus1/isp@200"),
              device("c", "vop", "/soc/vop@300")));

  private final DeviceNames names = new DeviceNames(BOARD);

  private static DeviceSpec device(String id, String name, String path) {
    return new DeviceSpec(
        id, name, path, "m", "t#D", Reach.platformDefault(false), Limits.DEFAULT, false, List.of(),
        List.of(), Optional.empty(), List.of(), List.of(), Optional.empty(), Optional.empty(),
        Map.of());
  }

  @Test
  void findsByNamePathAndSuffix() {
    assertEquals("c", names.find("vop").id());
    assertEquals("b", names.find("/soc/bus1/isp@200").id());
    assertEquals("b", names.find("isp@200").id());
    assertEquals("a", names.find("bus0/isp@100").id());
  }

  @Test
  void aDevicetreeNameNeedsNoAddressWhereOnlyOneHasIt() {
    PlatformSpec board = BOARD.with(device("c", "vop@300", "/soc/vop@300"));
    assertEquals("c", new DeviceNames(board).find("vop").id());
  }

  @Test
  void whatLooksLikeTheTypedNameIsOfferedFirst() {
    BadInputException e = assertThrows(BadInputException.class, () -> names.find("vopp"));
    assertTrue(e.getMessage().endsWith("it has vop, isp, isp"), e.getMessage());
  }

  @Test
  void aNameThatFitsTwoIsRefusedWithBothPaths() {
    BadInputException e = assertThrows(BadInputException.class, () -> names.find("isp"));
    assertTrue(e.getMessage().contains("/soc/bus0/isp@100"), e.getMessage());
    assertTrue(e.getMessage().contains("/soc/bus1/isp@200"), e.getMessage());
  }

  @Test
  void anUnknownNameIsRefusedWithThoseThatAreThere() {
    BadInputException e = assertThrows(BadInputException.class, () -> names.find("gpu"));
    DeviceNames partly = new DeviceNames(BOARD.leavingOut(Optional.of("install bundle x")));
    assertEquals(
        e.getMessage() + "; install bundle x",
        assertThrows(BadInputException.class, () -> partly.find("gpu")).getMessage());
    assertTrue(e.getMessage().contains("no device 'gpu'"), e.getMessage());
    assertTrue(e.getMessage().contains("vop"), e.getMessage());
  }

  @Test
  void theShortestWordIsUnderstoodAgain() {
    assertEquals("vop", names.shortest("c"));
    assertEquals("a", names.shortest("a"), "two devices are called isp");
    assertEquals("a", names.find(names.shortest("a")).id());
  }

  @Test
  void halfAWordIsNoSuffix() {
    assertThrows(BadInputException.class, () -> names.find("op@300"));
    assertThrows(BadInputException.class, () -> names.find(""));
  }
}
