; Sharpens every layer of layers.xcf, each by itself, and saves the picture as layers-sharp.xcf.
(script-fu-use-v3)
(let ((image (gimp-file-load RUN-NONINTERACTIVE "layers.xcf")))
  (plug-in-remote-sharpen #:image image
                          #:drawables (gimp-image-get-layers image)
                          #:service "this-computer"
                          #:model "Standard"
                          #:strength 0.8)
  (gimp-file-save RUN-NONINTERACTIVE image "layers-sharp.xcf")
  (gimp-image-delete image))
