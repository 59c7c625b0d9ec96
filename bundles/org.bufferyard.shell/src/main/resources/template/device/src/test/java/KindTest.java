package __PACKAGE__;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.bufferyard.api.device.DeviceUnit;
import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

/** What is special to this device; the contract is tested beside it. */
class __TYPE__KindTest {
  private static final String TYPE = "__NSURI__#__TYPE__";

  @Test
  void exportsWithTheOpsOfItsDriver() {
    DeviceUnit unit = new DeviceUnit("__NAME__", "__MODEL__", TYPE, Map.of());
    DriverFacts facts = new __TYPE__Kind().facts(unit, KernelProfile.DEFAULT);
    assertEquals("vb2-contig", facts.exporterOps());
  }

  @Test
  void theModelIsWhereTheManifestSaysItIs() throws IOException {
    try (InputStream in = __TYPE__Kind.class.getResourceAsStream("/model/__NAME__.ecore")) {
      String model = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(model.contains("nsURI=\"__NSURI__\""), model);
    }
  }
}
