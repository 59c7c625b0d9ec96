package __PACKAGE__;

import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.DeviceContext;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.device.DeviceUnit;
import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.device.DriverFactsTable;
import org.bufferyard.api.device.PatternedDevice;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/**
 * __TITLE__: what its driver does with buffers, and hardware that moves frames whose bytes follow from
 * their number. Stateless: one for all yards.
 *
 * <p>Not modelled: whatever you leave out; say it here.
 */
@Component
@Models("__MODEL__")
public final class __TYPE__Kind implements DeviceKind {
  private final DriverFactsTable facts =
      DriverFactsTable.read(__TYPE__Kind.class, "/facts/__NAME__.facts");

  @Override
  public DriverFacts facts(DeviceUnit unit, KernelProfile kernel) {
    return facts.of(unit.model());
  }

  // The hardware of one device of one yard. Write your own Device when it has habits of its own; reach
  // memory through context.bus() alone, so that windows and IOMMUs are in between as on the board.
  @Override
  public Device open(DeviceUnit unit, DeviceContext context) {
    return new PatternedDevice(context.bus());
  }
}
