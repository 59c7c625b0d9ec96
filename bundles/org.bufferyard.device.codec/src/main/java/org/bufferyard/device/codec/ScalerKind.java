package org.bufferyard.device.codec;

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
 * Scalers, memory to memory: what their drivers do with buffers, and hardware that reads and
 * writes pictures whose bytes follow from their number.
 *
 * <p>Not modelled: scaling, colour conversion, rotation.
 */
@Component
@Models({
  "bufferyard,scaler",
  "samsung,exynos5-gsc",
  "samsung,exynos5250-gsc",
  "samsung,exynos5420-gsc",
  "samsung,exynos5433-gsc",
  "samsung,s5pv210-g2d",
  "samsung,exynos4212-g2d",
  "samsung,exynos5250-g2d",
  "samsung,s5pv210-rotator",
  "samsung,exynos4210-rotator",
  "samsung,exynos4212-rotator",
  "samsung,exynos5250-rotator",
  "samsung,exynos5420-scaler",
  "samsung,exynos5433-scaler",
  "mediatek,mt8183-mdp3-rdma"
})
public final class ScalerKind implements DeviceKind {
  private final DriverFactsTable facts = DriverFactsTable.read(ScalerKind.class, "/facts/scaler.facts");

  @Override
  public DriverFacts facts(DeviceUnit unit, KernelProfile kernel) {
    return facts.of(unit.model());
  }

  @Override
  public Device open(DeviceUnit unit, DeviceContext context) {
    return new PatternedDevice(context.bus());
  }
}
