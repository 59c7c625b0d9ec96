package org.bufferyard.device.camera;

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
 * Cameras and video receivers: what their drivers do with buffers, and hardware that writes a
 * picture whose bytes follow from its number.
 *
 * <p>Not modelled: sensors, pixel formats, strides, frame timing.
 */
@Component
@Models({
  "bufferyard,camera",
  "samsung,s5pv210-fimc",
  "samsung,exynos4210-fimc",
  "samsung,exynos4212-fimc",
  "samsung,exynos4212-fimc-lite",
  "samsung,exynos5250-fimc-lite",
  "rockchip,px30-cif-isp",
  "rockchip,rk3399-cif-isp",
  "ti,dra72-cal",
  "ti,dra72-pre-es2-cal",
  "ti,dra76-cal",
  "ti,am654-cal",
  "rockchip,rk3588-hdmirx-ctrler",
  "brcm,bcm2712-pispbe"
})
public final class CameraKind implements DeviceKind {
  private final DriverFactsTable facts = DriverFactsTable.read(CameraKind.class, "/facts/camera.facts");

  @Override
  public DriverFacts facts(DeviceUnit unit, KernelProfile kernel) {
    return facts.of(unit.model());
  }

  @Override
  public Device open(DeviceUnit unit, DeviceContext context) {
    return new PatternedDevice(context.bus());
  }
}
