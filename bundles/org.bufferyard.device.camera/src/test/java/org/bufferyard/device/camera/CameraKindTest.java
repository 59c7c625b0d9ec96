package org.bufferyard.device.camera;

import org.bufferyard.api.contract.DeviceFactsContract;

class CameraKindTest extends DeviceFactsContract {
  CameraKindTest() {
    super(new CameraKind(), "/facts/camera.facts");
  }
}
