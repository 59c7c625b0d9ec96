package __PACKAGE__;

import java.util.List;
import org.bufferyard.api.contract.DeviceContract;
import org.bufferyard.api.device.DeviceKind;

/** Every promise of a device type, each a test of its own name. */
class __TYPE__ContractTest extends DeviceContract {
  @Override
  protected DeviceKind kind() {
    return new __TYPE__Kind();
  }

  @Override
  protected List<String> models() {
    return List.of("__MODEL__");
  }
}
